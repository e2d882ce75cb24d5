using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace FinOps.Platform.Broker;

/// <summary>
/// Declares the topology before the bus starts, so that whatever comes back too often has somewhere to go. Waits for the broker; a queue
/// that is there with other arguments stops the start, because nobody but a person may delete a queue.
/// </summary>
internal sealed class DeclareTopology(IConfiguration configuration, TimeProvider clock, ILogger<DeclareTopology> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryAsync(cancellationToken)) await Task.Delay(TimeSpan.FromSeconds(Limits.RetryAfterSeconds), clock, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> TryAsync(CancellationToken cancellation)
    {
        try
        {
            var factory = new ConnectionFactory { Uri = new Uri(configuration.RequiredConnectionString("rabbitmq")), ClientProvidedName = "finops-topology" };
            await using var connection = await factory.CreateConnectionAsync(cancellation);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
            await BrokerTopology.DeclareAsync(channel, cancellation);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new InvalidOperationException(
                $"The broker has something of ours with other arguments, from an older version: {e.ShutdownReason.ReplyText}. Let the older "
                + "version empty the queue, stop it, delete the queue (`rabbitmqctl delete_queue NAME`) and start again.", e);
        }
        catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException or IOException)
        {
            log.LogWarning(e, "The broker does not answer yet; trying again");
            return false;
        }
    }
}
