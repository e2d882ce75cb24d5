using System.Globalization;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using Marten;
using Npgsql;

namespace FinOps.Platform.Corrections;

/// <summary>Which record, and where to look for it first.</summary>
/// <param name="Model">The model that it was counted under, where known: narrows the search.</param>
/// <param name="OccurredAt">When it was counted for, where known: narrows the search to a month.</param>
internal sealed record RecordIdentity(TenantId Tenant, string Source, string Id, ModelId? Model, DateTimeOffset? OccurredAt)
{
    public RecordKey Key => RecordKey.Of(Tenant, Source, Id);
}

/// <summary>A record in the books.</summary>
/// <param name="Counted">As what it stands there.</param>
/// <param name="Stream">Where.</param>
/// <param name="Version">In which event.</param>
/// <param name="Position">Where in the event.</param>
/// <param name="RecordedAt">Record time of that event.</param>
/// <param name="Revision">The last correction of it; null where there was none.</param>
internal sealed record LocatedRecord(
    CountedRecord Counted, string Stream, long Version, int Position, DateTimeOffset RecordedAt, UsageRevision? Revision)
{
    /// <summary>The content that counts, or counted last.</summary>
    public UsageRecord Content => Counted switch
    {
        CountedRecord.Live live => live.Record,
        CountedRecord.Voided voided => voided.Last,
        _ => throw new InvalidOperationException($"A record is {Counted}."),
    };
}

/// <summary>
/// From an identity to its record. A record that was corrected before is found by its revision. The first time its tenant's events are
/// searched: an index from each key to its event would cost every record for what few of them need.
/// </summary>
internal static class LocateRecord
{
    /// <returns>Null where no record of this identity was counted, or none where the hints say.</returns>
    public static async Task<LocatedRecord?> FindAsync(
        CorrectionTransaction books, CorrectionBooks reading, RecordIdentity identity, CancellationToken cancellation)
    {
        if (await ContentAsync(books.Connection, identity.Key, cancellation) is not { } content) return null;
        return await UsageRevisions.LastAsync(books.Connection, identity.Key, cancellation) is { } revision
            ? await OfRevisionAsync(books.Connection, reading.Serializer, revision, cancellation)
            : await SearchAsync(reading, identity, content, cancellation);
    }

    private static async Task<long?> ContentAsync(NpgsqlConnection connection, RecordKey key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select content from finops.usage_key where key_high = $1 and key_low = $2", connection)
        {
            Parameters = { new() { Value = key.High }, new() { Value = key.Low } },
        };
        return await command.ExecuteScalarAsync(cancellation) as long?;
    }

    private static async Task<LocatedRecord> OfRevisionAsync(
        NpgsqlConnection connection, ISerializer serializer, UsageRevision revision, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select type, data from finops.mt_events where stream_id = $1 and version = $2", connection)
        {
            Parameters = { new() { Value = revision.Stream }, new() { Value = revision.Version } },
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        Invariant.Require(await row.ReadAsync(cancellation), "a revision names an event");
        var records = LedgerFold.Meaning(StoredUsage.Read(serializer, row, type: 0, data: 1)).Records;
        var record = records.Unpack().Single();
        return new LocatedRecord(
            revision.Content is null ? new CountedRecord.Voided(record) : new CountedRecord.Live(record),
            revision.Stream, revision.Version, 0, records.RecordedAt, revision);
    }

    private static async Task<LocatedRecord?> SearchAsync(
        CorrectionBooks reading, RecordIdentity identity, long content, CancellationToken cancellation)
    {
        var prefix = identity.Model is { } model ? MeterMonth.Prefix(new Meter(identity.Tenant, model)) : MeterMonth.Prefix(identity.Tenant);
        await using var command = reading.Database.CreateCommand(
            """
            select e.stream_id, e.version, e.type, e.data
            from finops.mt_streams s join finops.mt_events e on e.stream_id = s.id
            where s.id like 'usage/%' and s.id collate "C" >= $1 and s.id collate "C" < $2 and right(s.id, 7) like $3
              and e.type = 'usage_recorded_v1' and e.data -> 'ids' ? $4
            """);
        command.Parameters.Add(new() { Value = prefix });
        // '0' is the character after '/', so this is every id that starts with the prefix.
        command.Parameters.Add(new() { Value = $"{prefix[..^1]}0" });
        command.Parameters.Add(new() { Value = identity.OccurredAt?.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture) ?? "%" });
        command.Parameters.Add(new() { Value = identity.Id });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var (stream, version) = (row.GetString(0), row.GetInt64(1));
            var recorded = LedgerFold.Meaning(StoredUsage.Read(reading.Serializer, row, type: 2, data: 3)).Records;
            var records = recorded.Unpack();
            for (var i = 0; i < records.Count; i++)
            {
                if (records[i].Id != identity.Id || RecordDigest.Of(records[i]) != new RecordDigest(identity.Key, content)) continue;
                // The same record may have come before, with a backfill that was voided.
                var taken = await TakenPlaces.OfAsync(reading.Database, stream, cancellation);
                await taken.LoadAsync(version, version + 1, cancellation);
                if (taken.At(version, i) is null)
                    return new LocatedRecord(new CountedRecord.Live(records[i]), stream, version, i, recorded.RecordedAt, null);
            }
        }

        return null;
    }
}
