using FinOps.Host.Publishing;

namespace FinOps.Chaos.Platform;

/// <summary>One process per role, on servers of their own.</summary>
internal sealed class SingleRoles : IAsyncDisposable
{
    private SingleRoles(OwnPlatform platform, int silos)
    {
        Platform = platform;
        Silos = [.. Enumerable.Range(1, silos).Select(n => platform.Serve($"silo-{n}", "silo"))];
        Ingest = platform.Serve("ingest", "ingest");
        Api = platform.Serve("api", "api,jobs");
    }

    public OwnPlatform Platform { get; }

    public IReadOnlyList<RoleProcess> Silos { get; }

    public RoleProcess Ingest { get; }

    public RoleProcess Api { get; }

    public static async Task<SingleRoles> StartAsync(string? home = null, int silos = 1, CancellationToken stop = default)
    {
        var platform = await OwnPlatform.StartAsync(home);
        try
        {
            var roles = new SingleRoles(platform, silos);
            await platform.ReadyAsync(stop);
            await Load.RateCards.SetAsync(platform, roles.Api);
            return roles;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public IBatchTransport Bus() => new RabbitMqTransport(Platform.Servers.Broker);

    public IBatchTransport Http() => new HttpTransport(Ingest.Url, Platform.Key("fleet"));

    /// <summary>Until the broker holds no usage any more, and everybody is ready.</summary>
    public async Task DrainedAsync(CancellationToken stop)
    {
        await Waiting.UntilAsync(async () => await Platform.Servers.QueuedAsync() == 0, stop);
        await Platform.ReadyAsync(stop);
    }

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
