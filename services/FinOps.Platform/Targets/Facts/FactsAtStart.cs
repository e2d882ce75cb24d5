using Microsoft.Extensions.Hosting;

namespace FinOps.Platform.Targets.Facts;

/// <summary>Has the facts read when the host starts, so that a bad row stops it then and not the first question.</summary>
/// <param name="facts">Read to be handed over; there is nothing more to do.</param>
internal sealed class FactsAtStart(FactCatalogue facts) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        facts.Facts.Models.Count > 0 ? Task.CompletedTask : throw new InvalidOperationException("The program lacks its facts of models.");

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
