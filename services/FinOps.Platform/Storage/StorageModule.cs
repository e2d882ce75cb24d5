using System.Text.Json.Serialization;
using FinOps.Platform.Hosting;
using JasperFx;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Weasel.Core;

namespace FinOps.Platform.Storage;

/// <summary>PostgreSQL: one data source for our tables, one Marten store for the events.</summary>
public static class StorageModule
{
    public const string Schema = "finops";

    /// <summary>Hangfire's tables.</summary>
    public const string JobsSchema = "hangfire";

    public static IServiceCollection AddStorage(this IServiceCollection services, string connectionString, Action<StoreOptions> capabilities)
    {
        services.AddSingleton(_ => NpgsqlDataSource.Create(Settings(connectionString)));
        services.AddSingleton(_ =>
        {
            var settings = Settings(connectionString);
            (settings.NoResetOnClose, settings.MaxPoolSize) = (true, Limits.LedgerLanes);
            return new LedgerDatabase(settings);
        });
        services.AddMarten(provider =>
        {
            var options = Options(connectionString, capabilities);
            options.Connection(provider.GetRequiredService<NpgsqlDataSource>());
            return options;
        }).UseLightweightSessions();
        services.AddSingleton<SchemaScripts>();
        services.AddSingleton<DurableServer>();
        return services;
    }

    private static NpgsqlConnectionStringBuilder Settings(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            CommandTimeout = Limits.CommandTimeoutSeconds,
            MaxPoolSize = Limits.DatabaseConnections,
            ApplicationName = "finops",
        };
        // What a commit says again and again is parsed and planned once per connection, unless the connection string says otherwise.
        if (!settings.ShouldSerialize("Max Auto Prepare")) settings.MaxAutoPrepare = Limits.PreparedStatementsPerConnection;
        return settings;
    }

    /// <summary>How the events are stored; tests read stored examples with the same options.</summary>
    internal static StoreOptions Options(string connectionString, Action<StoreOptions> capabilities)
    {
        var options = new StoreOptions();
        options.Connection(connectionString);
        options.DatabaseSchemaName = Schema;
        options.Events.DatabaseSchemaName = Schema;
        options.Events.StreamIdentity = StreamIdentity.AsString;
        // One round trip per append. Its concurrency errors may name the wrong stream, so whoever relies on a version locks it first.
        options.Events.AppendMode = EventAppendMode.Quick;
        // Tables change by the explicit `schema apply` only; see SchemaScripts.
        options.AutoCreateSchemaObjects = AutoCreate.None;
        options.UseSystemTextJsonForSerialization(
            EnumStorage.AsString, Casing.CamelCase, json => json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull);
        options.Projections.Errors.SkipApplyErrors = false;
        options.Projections.Errors.SkipSerializationErrors = false;
        options.Projections.Errors.SkipUnknownEvents = false;
        capabilities(options);
        return options;
    }

    public static string RequiredConnectionString(this IConfiguration configuration, string name) =>
        configuration.GetConnectionString(name) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"ConnectionStrings__{name} is not set. `infra/up` sets it; a host of its own needs it.");
}
