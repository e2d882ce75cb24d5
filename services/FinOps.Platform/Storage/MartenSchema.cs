using System.Data.Common;
using System.Runtime.ExceptionServices;
using JasperFx;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;
using Weasel.Core;
using Weasel.Core.Migrations;

namespace FinOps.Platform.Storage;

/// <summary>
/// Marten's tables as Marten's model has them, but for the foreign key from events to streams: it looks the stream up for each event, a quarter of
/// what an event costs, and says nothing that is not so without it. An event takes its version from its stream's row and none may lack one, and
/// what is stored is never deleted.
/// </summary>
internal static class MartenSchema
{
    private const string Dropped = "fkey_mt_events_stream_id";

    /// <summary>Creates and changes what is otherwise than the model has it; where nothing is, this only reads.</summary>
    public static async Task ApplyAsync(IDocumentStore store, NpgsqlConnection connection, ILogger log, CancellationToken cancellation)
    {
        var database = store.Storage.Database;
        var wanted = await database.CreateMigrationAsync(cancellation);
        var migration = new SchemaMigration(wanted.Deltas.Where(d => !LacksDroppedAlone(d, database.Migrator)));
        if (migration.Difference != SchemaPatchDifference.None)
            await database.Migrator.ApplyAllAsync(connection, migration, AutoCreate.CreateOrUpdate, new Log(log), cancellation);
        // Not among the numbered scripts: Marten makes it anew with any other change of the table. Asked first, because dropping locks the table.
        await connection.ExecuteAsync(
            $"""
             do $$ begin
               if exists (select from pg_constraint where conrelid = 'finops.mt_events'::regclass and conname = '{Dropped}') then
                 alter table finops.mt_events drop constraint {Dropped};
               end if;
             end $$
             """, cancellation);
    }

    /// <summary>Whether all that Marten would do to the table is to make the key anew.</summary>
    private static bool LacksDroppedAlone(ISchemaObjectDelta delta, Migrator migrator)
    {
        if (delta.Difference == SchemaPatchDifference.None || delta.SchemaObject.Identifier.Name != "mt_events") return false;
        using var sql = new StringWriter();
        delta.WriteUpdate(migrator, sql);
        return sql.ToString().Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var alone]
            && alone.Contains($"ADD CONSTRAINT {Dropped}", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The usual one writes every statement to the console.</summary>
    private sealed class Log(ILogger log) : IMigrationLogger
    {
        public void SchemaChange(string sql) => log.LogDebug("Marten changes its tables: {Sql}", sql);

        public void DestructiveChange(string sql) => log.LogWarning("Marten changes its tables and loses something: {Sql}", sql);

        public void WithheldDrop(string sql) => log.LogWarning("Marten would drop and did not: {Sql}", sql);

        public void OnFailure(DbCommand command, Exception ex) => ExceptionDispatchInfo.Throw(ex);
    }
}
