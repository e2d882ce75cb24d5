using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace FinOps.Platform.Hosting;

/// <summary>How Orleans finds itself: alone in one process, or through PostgreSQL.</summary>
internal static class Cluster
{
    public static void AddCluster(this WebApplicationBuilder builder)
    {
        // Two hosts on one machine must not share ports.
        var siloPort = builder.Configuration.GetValue("Cluster:SiloPort", 11111);
        var gatewayPort = builder.Configuration.GetValue("Cluster:GatewayPort", 30000);
        builder.Host.UseOrleans(silo => silo.UseLocalhostClustering(siloPort, gatewayPort, serviceId: "finops", clusterId: "finops"));
    }
}
