using System.Text.Json;
using System.Text.Json.Serialization;
using FinOps.Domain.CostImports;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.CostImports;

/// <summary>Who imported which file when, and what it said: the list of the imports. The events say what counts.</summary>
internal static class CostImportTable
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static async Task InsertAsync(
        NpgsqlConnection connection, AskedCostImport asked, DecidedCostImport decided, CostImportReport report, DateTimeOffset now, string by,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into finops.cost_import (id, recorded_at, recorded_by, file, file_digest, digest, netting, replaces, report)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, connection);
        foreach (var value in (object[])
        [
            asked.Import, now, by, report.File, report.FileDigest, asked.Digest, asked.Netting.ToString(),
            decided.Facts.SelectMany(f => f.Replaces).Distinct().ToArray(),
        ]) command.Parameters.Add(new NpgsqlParameter { Value = value });
        command.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(report, Json), NpgsqlDbType = NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
