using FinOps.Domain.Pricing;
using Marten;
using Npgsql;

namespace FinOps.Platform.Pricing;

/// <summary>
/// The books, folded from their events and kept in memory as one immutable snapshot. Each question looks whether the events on disk moved
/// on, with one small query, so a change made by any process is seen by the next question.
/// </summary>
public sealed class LiveBooks(NpgsqlDataSource database, IDocumentStore store)
{
    private volatile Snapshot? latest;

    public async Task<Books> NowAsync(CancellationToken cancellation) => (await CurrentAsync(cancellation)).Books;

    /// <returns>The books as they were known at the instant: what was recorded later is left out.</returns>
    public async Task<Books> AsOfAsync(DateTimeOffset instant, CancellationToken cancellation) =>
        BookEvents.Fold((await CurrentAsync(cancellation)).Events.Where(e => e.RecordedAt <= instant));

    /// <returns>Whether anything was recorded after the one instant and not after the other; null is now.</returns>
    public async Task<bool> ChangedAsync(DateTimeOffset after, DateTimeOffset? until, CancellationToken cancellation) =>
        (await CurrentAsync(cancellation)).Events.Any(e => e.RecordedAt > after && (until is null || e.RecordedAt <= until));

    internal static async Task<IReadOnlyList<IBookEvent>> EventsAsync(
        IQuerySession session, IReadOnlyList<string> streams, CancellationToken cancellation)
    {
        var stored = await session.Events.QueryAllRawEvents()
            .Where(e => e.StreamKey!.IsOneOf(streams.ToArray())).OrderBy(e => e.Sequence).ToListAsync(cancellation);
        return [.. stored.Select(e => (IBookEvent)e.Data)];
    }

    private async Task<Snapshot> CurrentAsync(CancellationToken cancellation)
    {
        // The version is read before the events, so a snapshot may be newer than its version says, never older.
        var streams = new List<string>();
        long version = 0;
        await using (var command = database.CreateCommand("select stream, events from finops.book_stream"))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                streams.Add(reader.GetString(0));
                version += reader.GetInt64(1);
            }
        }

        if (latest is { } known && known.Version == version) return known;
        await using var session = store.QuerySession();
        var events = await EventsAsync(session, streams, cancellation);
        return latest = new Snapshot(version, events, BookEvents.Fold(events));
    }

    private sealed record Snapshot(long Version, IReadOnlyList<IBookEvent> Events, Books Books);
}
