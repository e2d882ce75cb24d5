using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Configuration;

namespace FinOps.Platform.Hosting;

/// <summary>
/// How Orleans finds itself: alone in one process, or through PostgreSQL. A process with the silo's role runs a silo; any other is a client
/// of those that do. Whoever asks for grains need not know which.
/// </summary>
internal static class Cluster
{
    /// <summary>Where the clustering tables are; Orleans asks for its own without naming a schema.</summary>
    private const string Schema = "orleans";

    public static void AddCluster(this WebApplicationBuilder builder, Roles roles, string postgres)
    {
        builder.Services.AddSingleton<LostSilos>();
        // Such a process only looks into the books.
        if (roles == Roles.None) return;
        var settings = ClusterSettings.Read(builder.Configuration);
        if (roles.HasFlag(Roles.Silo)) builder.Host.UseOrleans(silo => silo.Join(settings, postgres));
        else if (settings.Mode == ClusterMode.Postgres) builder.Host.UseOrleansClient(client => client.Join(settings, postgres));
        else
        {
            throw new InvalidOperationException(
                $"FINOPS_ROLES={roles.ToString().ToLowerInvariant()} has no silo in it, and without Cluster__Mode=postgres none in another "
                + "process can be found: add the role silo, or set Cluster__Mode=postgres here and where the silo runs.");
        }

        builder.Services.AddHealthChecks().AddCheck<ClusterHealth>("cluster", timeout: Limits.ClusterAnswer);
    }

    private static void Join(this ISiloBuilder silo, ClusterSettings settings, string postgres)
    {
        if (settings.Mode == ClusterMode.Localhost)
        {
            silo.UseLocalhostClustering(
                settings.SiloPort, settings.GatewayPort, serviceId: settings.ServiceId, clusterId: settings.ClusterId);
            return;
        }

        silo.Configure<ClusterOptions>(settings.Name);
        silo.ConfigureEndpoints(settings.Address, settings.SiloPort, settings.GatewayPort);
        silo.UseAdoNetClustering(tables => (tables.Invariant, tables.ConnectionString) = ("Npgsql", Tables(postgres)));
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = Limits.ClusterProbeTimeout;
            membership.NumMissedProbesLimit = Limits.ClusterProbesMissed;
            membership.NumVotesForDeathDeclaration = Limits.ClusterVotes;
            membership.TableRefreshTimeout = Limits.ClusterRefresh;
            membership.IAmAliveTablePublishTimeout = Limits.ClusterSignOfLife;
            membership.NumMissedTableIAmAliveLimit = Limits.ClusterSignsOfLifeMissed;
            membership.DefunctSiloExpiration = Limits.ClusterDeadKept;
        });
    }

    private static void Join(this IClientBuilder client, ClusterSettings settings, string postgres)
    {
        client.Configure<ClusterOptions>(settings.Name);
        client.UseAdoNetClustering(tables => (tables.Invariant, tables.ConnectionString) = ("Npgsql", Tables(postgres)));
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = Limits.ClusterRefresh);
        client.Services.AddSingleton<GatewayCountChangedHandler>(provider => provider.GetRequiredService<LostSilos>().Changed);
        client.UseConnectionRetryFilter<WaitForSilo>();
    }

    internal static string Tables(string postgres) => new NpgsqlConnectionStringBuilder(postgres)
    {
        SearchPath = Schema,
        ApplicationName = "finops-cluster",
        CommandTimeout = Limits.CommandTimeoutSeconds,
        MaxPoolSize = Limits.ClusterConnections,
        MinPoolSize = 0,
    }.ConnectionString;
}
