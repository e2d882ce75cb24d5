using FinOps.Platform.Hosting;

namespace FinOps.Host.Benchmarks;

/// <summary>A silo in this process, without doors, jobs or log.</summary>
internal static class SiloAlone
{
    public static WebApplication Build()
    {
        var builder = WebApplication.CreateBuilder();
        var ports = LoopbackPorts.Free(2);
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Cluster:SiloPort"] = $"{ports[0]}",
            ["Cluster:GatewayPort"] = $"{ports[1]}",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.AddFinOps(Roles.Silo);
        return builder.Build();
    }
}
