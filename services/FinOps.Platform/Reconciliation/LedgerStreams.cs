using System.Numerics;
using FinOps.Domain.Metering;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>A usage stream and how far it was checked.</summary>
/// <param name="Id">Its id; of a stream that is gone, its checkpoint's.</param>
/// <param name="Version">0 where the stream is gone.</param>
/// <param name="Checked">Null where it never was.</param>
/// <param name="IsSuspect">A difference of its meter is open, so it is looked at row by row until there is none.</param>
internal sealed record LedgerStream(string Id, long Version, LedgerCheckpoint? Checked, bool IsSuspect)
{
    public MeterMonth Month { get; } = MeterMonth.OfStream(Id);
}

/// <summary>What a stream's events up to a version add up to.</summary>
internal sealed record LedgerCheckpoint(long Version, LedgerSums Sums, DateTimeOffset FullyCheckedAt);

/// <summary>Every usage stream with its checkpoint.</summary>
internal static class LedgerStreams
{
    public static async Task<List<LedgerStream>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var suspects = await SuspectsAsync(connection, cancellation);
        await using var command = new NpgsqlCommand(
            """
            select coalesce(s.id, c.stream), coalesce(s.version, 0), c.version, c.sums, c.fully_checked_at
            from (select id, version from finops.mt_streams where id like 'usage/%') s full join finops.ledger_checkpoint c on c.stream = s.id
            """, connection);
        var streams = new List<LedgerStream>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var known = row.IsDBNull(2) ? null : new LedgerCheckpoint(
                row.GetInt64(2), LedgerSums.Of(row.GetFieldValue<BigInteger[]>(3)), row.GetFieldValue<DateTimeOffset>(4));
            var stream = new LedgerStream(row.GetString(0), row.GetInt64(1), known, false);
            var meter = stream.Month.Meter;
            streams.Add(suspects.Contains((meter.Tenant.Value, meter.Model.Value)) ? stream with { IsSuspect = true } : stream);
        }

        return streams;
    }

    public static async Task SaveAsync(
        NpgsqlConnection connection, IReadOnlyDictionary<string, LedgerCheckpoint> checkpoints, CancellationToken cancellation)
    {
        foreach (var chunk in checkpoints.Chunk(Hosting.Limits.LedgerCheckpointsPerBatch))
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var (stream, at) in chunk)
            {
                batch.BatchCommands.Add(new(
                    """
                    insert into finops.ledger_checkpoint (stream, version, sums, fully_checked_at) values ($1, $2, $3, $4)
                    on conflict (stream) do update set version = excluded.version, sums = excluded.sums,
                      fully_checked_at = excluded.fully_checked_at
                    """)
                {
                    Parameters =
                    {
                        new() { Value = stream },
                        new() { Value = at.Version },
                        new() { Value = at.Sums.ToArray() },
                        new() { Value = at.FullyCheckedAt.ToUniversalTime() },
                    },
                });
            }

            await batch.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static async Task<HashSet<(string, string)>> SuspectsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select distinct tenant, model from finops.ledger_difference where healed_at is null", connection);
        var suspects = new HashSet<(string, string)>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) suspects.Add((row.GetString(0), row.GetString(1)));
        return suspects;
    }
}
