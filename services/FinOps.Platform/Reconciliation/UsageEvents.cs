using FinOps.Domain.Metering;
using JasperFx.Events;
using Marten;
using Marten.Services;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>Reads usage events in a transaction's snapshot, one at a time: a stream may hold millions of records.</summary>
internal sealed class UsageEvents : IAsyncDisposable
{
    private readonly IQuerySession session;

    private UsageEvents(IQuerySession session) => this.session = session;

    public static UsageEvents In(NpgsqlTransaction transaction, IDocumentStore store) =>
        new(store.QuerySession(SessionOptions.ForTransaction(transaction)));

    /// <param name="stream">A usage stream.</param>
    /// <param name="after">The version before the first event.</param>
    /// <param name="upTo">The version of the last event.</param>
    /// <param name="cancellation">Stops it.</param>
    public IAsyncEnumerable<IEvent> ReadAsync(string stream, long after, long upTo, CancellationToken cancellation) => session.Events
        .QueryAllRawEvents()
        .Where(e => e.StreamKey == stream && e.Version > after && e.Version <= upTo)
        .OrderBy(e => e.Version)
        .ToAsyncEnumerable(cancellation);

    /// <summary>Folds events into rows: a row per bucket and hour of record time.</summary>
    /// <returns>The number of events.</returns>
    public async Task<long> FoldAsync(LedgerRows rows, string stream, long after, long upTo, CancellationToken cancellation)
    {
        var events = 0L;
        await foreach (var stored in ReadAsync(stream, after, upTo, cancellation))
        {
            rows.Add(stored.Data);
            events++;
        }

        return events;
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();
}

/// <summary>Changes of buckets by hour of record time, as their table has them.</summary>
internal sealed class LedgerRows
{
    private readonly Dictionary<int, Dictionary<BucketKey, BucketChange>> byHour = [];

    public IEnumerable<SeriesKey> Series => byHour.Values.SelectMany(changes => changes.Keys).Select(key => key.Series).Distinct();

    public void Add(object stored)
    {
        var hour = Domain.Values.QuarterHour.Holding(LedgerFold.RecordedAt(stored)).Hour;
        if (!byHour.TryGetValue(hour, out var changes)) byHour[hour] = changes = [];
        LedgerFold.Add(changes, stored);
    }

    /// <param name="series">The number of a series.</param>
    public IEnumerable<LedgerRow> Numbered(Func<SeriesKey, int> series) => byHour
        .SelectMany(hour => hour.Value.Select(c => LedgerRow.Of(series(c.Key.Series), c.Key.Slot, hour.Key, c.Value)))
        .Where(row => !row.IsNone);
}
