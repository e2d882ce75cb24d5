using System.Globalization;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Corrections;
using Marten;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>Which records to show.</summary>
/// <param name="Window">Event time.</param>
/// <param name="Tenants">Null is all, empty is none.</param>
/// <param name="Models">Null is all.</param>
/// <param name="Fleets">Null is all.</param>
/// <param name="IncludeVoided">Whether contents that count no longer are shown, too.</param>
/// <param name="Tags">Null is all; see <see cref="TagFilter"/>.</param>
public sealed record UsageRecordFilter(
    Window Window, IReadOnlyList<TenantId>? Tenants, IReadOnlyCollection<string>? Models, IReadOnlyCollection<string>? Fleets,
    bool IncludeVoided = false, IReadOnlyList<(string Key, string? Value)>? Tags = null);

/// <summary>A record's content, when it was recorded, and its place in the books.</summary>
/// <param name="AmendedBecause">Why, where an amendment brought this content.</param>
/// <param name="TakenBy">By which correction it counts no longer; null where it counts.</param>
internal sealed record PlacedRecord(UsageRecord Record, DateTimeOffset RecordedAt, string Place, string? AmendedBecause, TakenBy? TakenBy);

/// <summary>
/// From a figure down to its records: reads the stored events of the meters and months that the filter touches. Records come stream by
/// stream in the order in which they were recorded, so a page stays what it was while more arrive. Shown is what counts: the current content
/// of each record; what counts no longer is shown when asked for.
/// </summary>
internal sealed class UsageRecords(NpgsqlDataSource database, IDocumentStore store)
{
    /// <summary>Events unpacked at a time: a page of records is rarely in more.</summary>
    private const int EventsPerRead = 16;

    /// <returns>Up to <paramref name="count"/> records after the cursor.</returns>
    public async Task<IReadOnlyList<PlacedRecord>> ReadAsync(
        UsageRecordFilter filter, int count, string? after, CancellationToken cancellation)
    {
        var start = after is null ? new Place("", 0, -1) : Place.Parse(after);
        var found = new List<PlacedRecord>(count);
        foreach (var stream in await StreamsAsync(filter, cancellation))
        {
            if (string.CompareOrdinal(stream, start.Stream) < 0) continue;
            var from = stream == start.Stream ? start : new Place(stream, 0, -1);
            await ReadStreamAsync(filter, from, count, found, cancellation);
            if (found.Count >= count) break;
        }

        return found;
    }

    private async Task ReadStreamAsync(
        UsageRecordFilter filter, Place from, int count, List<PlacedRecord> found, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var taken = await TakenPlaces.OfAsync(database, from.Stream, cancellation);
        for (var version = Math.Max(from.Version, 1); found.Count < count; version += EventsPerRead)
        {
            // Of a voided backfill nothing counts: its events are not even read.
            if (!filter.IncludeVoided) version = taken.NextCounting(version);
            var (stream, first, end) = (from.Stream, version, version + EventsPerRead);
            await taken.LoadAsync(first, end, cancellation);
            var events = await session.Events.QueryAllRawEvents()
                .Where(e => e.StreamKey == stream && e.Version >= first && e.Version < end)
                .OrderBy(e => e.Version).ToListAsync(cancellation);
            if (events.Count == 0) return;
            foreach (var stored in events)
            {
                var (sign, recorded) = LedgerFold.Meaning(stored.Data);
                if (sign < 0) continue;
                var records = recorded.Unpack();
                var amendedBecause = (stored.Data as UsageAmended)?.Reason;
                for (var i = stored.Version == from.Version ? from.Index + 1 : 0; i < records.Count && found.Count < count; i++)
                {
                    var by = taken.At(stored.Version, i);
                    if ((by is null || filter.IncludeVoided) && Matches(filter, records[i]))
                        found.Add(new(records[i], recorded.RecordedAt, new Place(from.Stream, stored.Version, i).ToString(), amendedBecause, by));
                }
            }
        }
    }

    private static bool Matches(UsageRecordFilter filter, UsageRecord record) =>
        filter.Window.Holds(record.Slot) && (filter.Fleets is null || filter.Fleets.Contains(record.Fleet ?? ""))
        && (filter.Tags is null || TagFilter.Holds(filter.Tags, TagSet.Of(record.Tags)));

    /// <returns>The streams that may hold such records, ordinal.</returns>
    private async Task<IReadOnlyList<string>> StreamsAsync(UsageRecordFilter filter, CancellationToken cancellation)
    {
        await using var meters = database.CreateCommand(
            """
            select distinct tenant, model from finops.series
            where ($1::text[] is null or tenant = any($1)) and ($2::text[] is null or model = any($2)) and ($3::text[] is null or fleet = any($3))
            """);
        meters.Parameters.Add(TextArray(filter.Tenants?.Select(t => t.Value)));
        meters.Parameters.Add(TextArray(filter.Models));
        meters.Parameters.Add(TextArray(filter.Fleets));
        var wanted = new List<string>();
        await using (var reader = await meters.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var meter = new Meter(new TenantId(reader.GetString(0)), new ModelId(reader.GetString(1)));
                wanted.AddRange(Months(filter.Window).Select(m => new MeterMonth(meter, m.Year, m.Month).StreamId));
            }
        }

        await using var streams = database.CreateCommand("select id from finops.mt_streams where id = any($1)");
        streams.Parameters.Add(TextArray(wanted));
        var there = new List<string>();
        await using var rows = await streams.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) there.Add(rows.GetString(0));
        there.Sort(StringComparer.Ordinal);
        return there;
    }

    private static IEnumerable<DateTime> Months(Window window)
    {
        var first = window.From.UtcDateTime;
        for (var month = new DateTime(first.Year, first.Month, 1); month < window.To.UtcDateTime; month = month.AddMonths(1)) yield return month;
    }

    private static NpgsqlParameter TextArray(IEnumerable<string>? values) => new()
    {
        Value = (object?)values?.ToArray() ?? DBNull.Value,
        NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text,
    };

    /// <summary>A record's place: stream, event, position. Opaque to callers.</summary>
    private readonly record struct Place(string Stream, long Version, int Index)
    {
        public static Place Parse(string text)
        {
            if (text.Split(' ', 3) is [var index, var version, var stream]
                && int.TryParse(index, CultureInfo.InvariantCulture, out var i) && long.TryParse(version, CultureInfo.InvariantCulture, out var v))
                return new Place(stream, v, i);
            throw new RejectedException(new Rejection("cursor_invalid", "after", "`after` is no cursor of this list."));
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index} {Version} {Stream}");
    }
}
