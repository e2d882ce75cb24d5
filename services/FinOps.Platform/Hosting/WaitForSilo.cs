using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Hosting;

/// <summary>
/// A process without a silo starts when there is one to talk to: it waits, and answers no request meanwhile. After a while it gives up with
/// a reason, and its supervisor may try again.
/// </summary>
internal sealed class WaitForSilo(TimeProvider clock, ILogger<WaitForSilo> log) : IClientConnectionRetryFilter
{
    private readonly long start = clock.GetTimestamp();

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(start) > Limits.ClusterPatience)
        {
            throw new InvalidOperationException(
                $"No silo answered within {Limits.ClusterPatience}: start a process with FINOPS_ROLES=silo, Cluster__Mode=postgres and "
                + "the same ConnectionStrings__postgres and Cluster__ClusterId. Its Cluster__Address and Cluster__GatewayPort must be reachable.",
                exception);
        }

        log.LogInformation("No silo answers yet: {Reason}", exception.Message);
        await Task.Delay(Limits.ClusterPause, clock, cancellationToken);
        return true;
    }
}
