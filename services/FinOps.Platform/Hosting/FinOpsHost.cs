using FinOps.Platform.Access;
using FinOps.Platform.Alerts;
using FinOps.Platform.Broker;
using FinOps.Platform.Budgets;
using FinOps.Platform.Corrections;
using FinOps.Platform.CostImports;
using FinOps.Platform.Fleets;
using FinOps.Platform.Graph;
using FinOps.Platform.Metering;
using FinOps.Platform.Pricing;
using FinOps.Platform.Quarantines;
using FinOps.Platform.Reconciliation;
using FinOps.Platform.Reporting;
using FinOps.Platform.Reratings;
using FinOps.Platform.Reservations;
using FinOps.Platform.Retention;
using FinOps.Platform.Rollovers;
using FinOps.Platform.Storage;
using Hangfire;
using Hangfire.PostgreSql;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FinOps.Platform.Hosting;

/// <summary>The composition, written once: host, tests and tools use it. Roles choose; capabilities do not know.</summary>
public static class FinOpsHost
{
    public static WebApplicationBuilder AddFinOps(this WebApplicationBuilder builder, Roles roles)
    {
        var services = builder.Services;
        var postgres = builder.Configuration.RequiredConnectionString("postgres");
        var rabbitmq = builder.Configuration.RequiredConnectionString("rabbitmq");

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new ActiveRoles(roles));
        // A request is read and answered on the thread that found it: the pool's threads come and go for enough else.
        services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        services.AddStorage(postgres, store => store.Metering().Pricing().Fleets().CostImports().Reratings().Budgets().Alerts().Reservations());
        services.AddAccess();
        services.AddMetering();
        services.AddQuarantine();
        services.AddCorrections();
        services.AddBroker();
        if (roles.HasFlag(Roles.Silo)) services.AddLedger();
        if (roles.HasFlag(Roles.Ingest)) services.AddBrokerInbox();
        services.AddPricing();
        services.AddFleets();
        services.AddCostImports();
        services.AddReporting();
        services.AddReratings();
        services.AddReconciliation();
        services.AddBudgets();
        if (roles.HasFlag(Roles.Silo)) services.AddBudgetGrains();
        services.AddReservations();
        if (roles.HasFlag(Roles.Silo)) services.AddGateGrains();
        services.AddAlerts();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database");
        if (roles.HasFlag(Roles.Api)) services.AddGraph().AddAlertFeed().AddJobsDashboard();

        builder.AddCluster(roles, postgres);
        // Ready means bound: a message published the moment after must find its queue.
        services.AddOptions<MassTransitHostOptions>().Configure(options => options.WaitUntilStarted = true);
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            if (roles.HasFlag(Roles.Ingest)) bus.Usage();
            bus.UsingRabbitMq((context, broker) =>
            {
                broker.Host(new Uri(rabbitmq), host => host.PublisherConfirmation = true);
                broker.Alerts();
                if (roles.HasFlag(Roles.Ingest)) broker.Usage(context);
            });
        });
        services.AddHangfire(hangfire => hangfire
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UsePostgreSqlStorage(
                storage => storage.UseNpgsqlConnection(postgres),
                new PostgreSqlStorageOptions
                {
                    SchemaName = StorageModule.JobsSchema,
                    // Serving changes no table; processes that start together would also race for it.
                    PrepareSchemaIfNecessary = false,
                    // Without these an alert waits for the poll, and an orphaned job for half an hour.
                    EnableLongPolling = true,
                    UseSlidingInvisibilityTimeout = true,
                    QueuePollInterval = TimeSpan.FromSeconds(5),
                    InvisibilityTimeout = TimeSpan.FromMinutes(2),
                }));
        if (roles.HasFlag(Roles.Jobs))
            services.AddHangfireServer(server => (server.WorkerCount, server.SchedulePollingInterval) = (Limits.JobWorkers, Limits.JobSchedulePoll));
        return builder;
    }

    public static WebApplication MapFinOps(this WebApplication app)
    {
        var roles = app.Services.GetRequiredService<ActiveRoles>().Value;
        app.UseAccess();
        app.MapHealth();
        if (roles.HasFlag(Roles.Ingest))
        {
            app.MapMetering();
            app.MapFleets();
            app.MapReservations();
        }

        if (roles.HasFlag(Roles.Api))
        {
            app.MapGraph();
            app.MapCostImports();
            app.MapJobsDashboard();
        }

        if (roles.HasFlag(Roles.Jobs)) app.Services.GetRequiredService<IRecurringJobManager>().FinOps();
        return app;
    }

    /// <summary>Every recurring job there is.</summary>
    internal static void FinOps(this IRecurringJobManager jobs) => jobs.Metering().Budgets().Reconciliation().Rollovers().Retention().Alerts();
}

/// <summary>The roles of this process.</summary>
public sealed record ActiveRoles(Roles Value);
