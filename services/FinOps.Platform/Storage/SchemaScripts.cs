using System.Reflection;
using Hangfire.PostgreSql;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Storage;

/// <summary>
/// The database's tables change by explicit scripts: ours are numbered and applied once each, in order; Marten's are generated from its
/// own model, and Hangfire brings its own. Serving never changes a table.
/// </summary>
public sealed class SchemaScripts(
    NpgsqlDataSource database, IDocumentStore store, IEnumerable<ISchemaFollowUp> followUps, ILogger<SchemaScripts> log)
{
    private static readonly IReadOnlyList<(int Version, string Name, string Sql)> Scripts = Read();

    /// <summary>Applies what is missing, one process at a time. Harmless when nothing is.</summary>
    public async Task ApplyAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync("select pg_advisory_lock(hashtext('finops-schema'))", cancellation);
        try
        {
            await connection.ExecuteAsync(
                """
                create schema if not exists finops;
                create table if not exists finops.schema_version (
                  version int primary key, name text not null, applied_at timestamptz not null default now());
                """, cancellation);
            await MartenSchema.ApplyAsync(store, connection, log, cancellation);
            PostgreSqlObjectsInstaller.Install(connection, StorageModule.JobsSchema);
            var applied = await AppliedAsync(connection, cancellation);
            foreach (var script in Scripts.Where(s => !applied.Contains(s.Version)))
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                await connection.ExecuteAsync(script.Sql, cancellation);
                await using var mark = new NpgsqlCommand("insert into finops.schema_version (version, name) values ($1, $2)", connection)
                {
                    Parameters = { new() { Value = script.Version }, new() { Value = script.Name } },
                };
                await mark.ExecuteNonQueryAsync(cancellation);
                await transaction.CommitAsync(cancellation);
                log.LogInformation("Applied schema script {Script}", script.Name);
            }

            foreach (var followUp in followUps) await followUp.RunAsync(cancellation);
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(hashtext('finops-schema'))", CancellationToken.None);
        }
    }

    /// <exception cref="InvalidOperationException">The database lacks a script, or one's work is not done; the message says what to run.</exception>
    public async Task VerifyAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var exists = new NpgsqlCommand("select to_regclass('finops.schema_version') is not null", connection);
        var applied = await exists.ExecuteScalarAsync(cancellation) is true ? await AppliedAsync(connection, cancellation) : [];
        var missing = Scripts.Where(s => !applied.Contains(s.Version)).Select(s => s.Name).ToList();
        if (missing.Count > 0)
            throw new InvalidOperationException($"The database lacks {string.Join(", ", missing)}: run `infra/finops schema apply` first.");
        foreach (var followUp in followUps)
        {
            if (await followUp.IsDueAsync(cancellation))
                throw new InvalidOperationException("A schema script's work was interrupted: run `infra/finops schema apply` to its end first.");
        }
    }

    private static async Task<HashSet<int>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var applied = new HashSet<int>();
        await using var command = new NpgsqlCommand("select version from finops.schema_version", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) applied.Add(reader.GetInt32(0));
        return applied;
    }

    private static List<(int, string, string)> Read()
    {
        const string folder = ".Storage.Schema.";
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(n => n.Contains(folder, StringComparison.Ordinal))
            .Select(resource =>
            {
                var name = resource[(resource.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..];
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                return (int.Parse(name[..3]), name, reader.ReadToEnd());
            })
            .OrderBy(s => s.Item1)
            .ToList();
    }
}

internal static class Sql
{
    public static async Task<int> ExecuteAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
