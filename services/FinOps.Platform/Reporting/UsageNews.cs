using FinOps.Domain.Values;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Reporting;

/// <summary>What a snapshot of the database shows beyond an earlier one.</summary>
/// <param name="Horizon">Every transaction with a smaller number is in the snapshot, or never will be: the next look begins here.</param>
/// <param name="Changed">Hours that changed, by fleet. Some of them may have been seen already: those of transactions near the last horizon.</param>
/// <param name="SeriesCount">Series are only added, so as many are the same.</param>
/// <param name="LastCommitAt">Of the tenants asked for; null where nothing was committed.</param>
internal sealed record UsageNews(long Horizon, IReadOnlyDictionary<string, IReadOnlyList<int>> Changed, long SeriesCount, DateTimeOffset? LastCommitAt)
{
    /// <param name="connection">In the snapshot.</param>
    /// <param name="since">The horizon of the last look; null is the first, which has nothing to forget.</param>
    /// <param name="tenants">Null is all.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<UsageNews> ReadAsync(
        NpgsqlConnection connection, long? since, IReadOnlySet<TenantId>? tenants, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"),
                new("select distinct fleet, hour from finops.usage_change where changed_by >= $1") { Parameters = { new() { Value = since ?? long.MaxValue } } },
                new("select count(*) from finops.series"),
                new("select max(last_commit_at) from finops.ingestion_tally where $1::text[] is null or tenant = any($1)")
                {
                    Parameters =
                    {
                        new() { Value = (object?)tenants?.Select(t => t.Value).ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                    },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var horizon = reader.GetInt64(0);
        await reader.NextResultAsync(cancellation);
        var changed = new List<(string Fleet, int Hour)>();
        while (await reader.ReadAsync(cancellation)) changed.Add((reader.GetString(0), reader.GetInt32(1)));
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var series = reader.GetInt64(0);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new UsageNews(
            horizon,
            changed.GroupBy(c => c.Fleet).ToDictionary(g => g.Key, IReadOnlyList<int> (g) => [.. g.Select(c => c.Hour)]),
            series,
            reader.IsDBNull(0) ? null : new DateTimeOffset(reader.GetDateTime(0)));
    }
}
