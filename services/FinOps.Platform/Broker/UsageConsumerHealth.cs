using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;

namespace FinOps.Platform.Broker;

/// <summary>
/// Somebody consumes the queues of usage and of fleets: asked of the broker, because a bus may take itself for well while its consumer is gone.
/// </summary>
internal sealed class UsageConsumerHealth(IConfiguration configuration) : IHealthCheck, IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private IConnection? connection;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (connection is not { IsOpen: true }) await ConnectAsync(cancellationToken);
            await using var channel = await connection!.CreateChannelAsync(cancellationToken: cancellationToken);
            foreach (var queue in BrokerTopology.ConsumedQueues)
            {
                if ((await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).ConsumerCount == 0)
                    return HealthCheckResult.Unhealthy($"Nobody consumes {queue}.");
            }

            return HealthCheckResult.Healthy();
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null) await connection.DisposeAsync();
        gate.Dispose();
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        if (connection is not null) await connection.DisposeAsync();
        connection = null;
        var factory = new ConnectionFactory
        {
            Uri = new Uri(configuration.RequiredConnectionString("rabbitmq")),
            ClientProvidedName = "finops-health",
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = Limits.ClusterAnswer,
        };
        connection = await factory.CreateConnectionAsync(cancellation);
    }
}
