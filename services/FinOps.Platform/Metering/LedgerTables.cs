using System.Text.Json;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Metering;

/// <summary>The rows that a commit writes beside its events; columns of quantities follow the unit classes.</summary>
internal static class LedgerTables
{
    private static readonly string Columns = string.Join(", ", UnitClass.All.Select(c => c.Column));

    private static readonly string BucketSql =
        $"""
        insert into finops.bucket as b (series, slot, recorded_hour, records, incomplete, failed, {Columns})
        select series, slot, $3, records, incomplete, failed, {Columns}
        from unnest($1, $2, $4, $5, $6, {string.Join(", ", UnitClass.All.Select(c => $"${7 + c.Ordinal}"))})
          as t (series, slot, records, incomplete, failed, {Columns})
        order by 1, 2
        on conflict (series, slot, recorded_hour) do update set
          records = b.records + excluded.records, incomplete = b.incomplete + excluded.incomplete, failed = b.failed + excluded.failed,
          {string.Join(", ", UnitClass.All.Select(c => $"{c.Column} = b.{c.Column} + excluded.{c.Column}"))}
        """;

    /// <summary>Whether any of the buckets ($1 series, $2 slot) is below zero over all record time.</summary>
    public static readonly string NegativeSql =
        $"""
        select exists (
          select from unnest($1, $2) t (series, slot) join finops.bucket b on b.series = t.series and b.slot = t.slot
          group by b.series, b.slot
          having sum(b.records) < 0 or sum(b.incomplete) < 0 or sum(b.failed) < 0
            or {string.Join(" or ", UnitClass.All.Select(c => $"sum(b.{c.Column}) < 0"))})
        """;

    /// <summary>What commits add to buckets, and what corrections change, which may be negative: each in its own hour of record time.</summary>
    public static IEnumerable<NpgsqlBatchCommand> ChangeBuckets(
        Dictionary<BucketKey, BucketChange> changes,
        IReadOnlyDictionary<SeriesKey, int> series, DateTimeOffset recordedAt)
    {
        var rows = changes.Where(c => !c.Value.IsNone).ToArray();
        if (rows.Length == 0) yield break;
        var command = new NpgsqlBatchCommand(BucketSql)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(rows, r => series[r.Key.Series]) },
                new() { Value = Array.ConvertAll(rows, r => r.Key.Slot.Index) },
                new() { Value = QuarterHour.Holding(recordedAt).Hour },
                new() { Value = Array.ConvertAll(rows, r => r.Value.Records) },
                new() { Value = Array.ConvertAll(rows, r => r.Value.Incomplete) },
                new() { Value = Array.ConvertAll(rows, r => r.Value.Failed) },
            },
        };
        foreach (var unitClass in UnitClass.All) command.Parameters.Add(new() { Value = Array.ConvertAll(rows, r => r.Value[unitClass]) });
        yield return command;
        yield return UsageChanges.Note(rows.Select(r => r.Key));
    }

    public static void AddConflicts(NpgsqlBatch batch, IReadOnlyList<PendingRecord> conflicts, DateTimeOffset recordedAt)
    {
        foreach (var pending in conflicts)
        {
            var record = pending.Record;
            batch.BatchCommands.Add(new(
                """
                insert into finops.usage_conflict (seen_at, key_high, key_low, content, tenant, source, record_id, model, batch_id, record)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (key_high, key_low, content) do nothing
                """)
            {
                Parameters =
                {
                    new() { Value = recordedAt },
                    new() { Value = pending.Digest.Key.High },
                    new() { Value = pending.Digest.Key.Low },
                    new() { Value = pending.Digest.Content },
                    new() { Value = record.Tenant.Value },
                    new() { Value = record.Source },
                    new() { Value = record.Id },
                    new() { Value = record.Model.Value },
                    new() { Value = (object?)pending.BatchId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                    new() { Value = Json(record), NpgsqlDbType = NpgsqlDbType.Jsonb },
                },
            });
        }
    }

    public static IEnumerable<NpgsqlBatchCommand> AddTallies(IReadOnlyDictionary<TenantId, Tally> tallies, int lane, DateTimeOffset recordedAt)
    {
        if (tallies.Count == 0) yield break;
        var rows = tallies.OrderBy(t => t.Key.Value, StringComparer.Ordinal).ToArray();
        yield return new(
            """
            insert into finops.ingestion_tally as t (tenant, lane, accepted, duplicates, conflicts, quarantined, last_commit_at)
            select tenant, $5, accepted, duplicates, conflicts, 0, case when accepted > 0 then $6 end
            from unnest($1, $2, $3, $4) as n (tenant, accepted, duplicates, conflicts)
            on conflict (tenant, lane) do update set
              accepted = t.accepted + excluded.accepted, duplicates = t.duplicates + excluded.duplicates, conflicts = t.conflicts + excluded.conflicts,
              last_commit_at = greatest(t.last_commit_at, excluded.last_commit_at)
            """)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(rows, r => r.Key.Value) },
                new() { Value = Array.ConvertAll(rows, r => r.Value.Accepted) },
                new() { Value = Array.ConvertAll(rows, r => r.Value.Duplicates) },
                new() { Value = Array.ConvertAll(rows, r => r.Value.Conflicts) },
                new() { Value = lane },
                new() { Value = recordedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
    }

    /// <param name="tenant">Empty where the record named none that could be read.</param>
    /// <param name="lane">Whose row: the doors and the lanes do not wait for each other's.</param>
    /// <param name="quarantined">To add.</param>
    public static NpgsqlBatchCommand QuarantineTally(string tenant, int lane, long quarantined) => new(
        """
        insert into finops.ingestion_tally as t (tenant, lane, accepted, duplicates, conflicts, quarantined) values ($1, $2, 0, 0, 0, $3)
        on conflict (tenant, lane) do update set quarantined = t.quarantined + excluded.quarantined
        """)
    {
        Parameters = { new() { Value = tenant }, new() { Value = lane }, new() { Value = quarantined } },
    };

    private static string Json(UsageRecord record) => JsonSerializer.Serialize(new
    {
        tenant = record.Tenant.Value,
        source = record.Source,
        id = record.Id,
        model = record.Model.Value,
        modelVersion = record.ModelVersion,
        fleet = record.Fleet,
        occurredAt = record.OccurredAt,
        status = record.Failed ? "failed" : "ok",
        quantities = UnitClass.All.Where(c => record.Quantities[c] != 0).ToDictionary(c => c.Name, c => record.Quantities[c]),
        tags = record.Tags.ToDictionary(t => t.Key, t => t.Value),
    });
}
