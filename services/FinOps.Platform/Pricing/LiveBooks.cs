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
    private volatile BooksSnapshot? latest;

    public async Task<Books> NowAsync(CancellationToken cancellation) => (await CurrentAsync(cancellation)).Books;

    /// <returns>The books as they were known at the instant: what was recorded later is left out.</returns>
    public async Task<Books> AsOfAsync(DateTimeOffset instant, CancellationToken cancellation) =>
        BookEvents.Fold((await CurrentAsync(cancellation)).Stored.Select(s => s.Event).Where(e => e.RecordedAt <= instant));

    internal static async Task<IReadOnlyList<IBookEvent>> EventsAsync(
        IQuerySession session, IReadOnlyList<string> streams, CancellationToken cancellation) =>
        [.. (await StoredAsync(session, streams, cancellation)).Select(s => s.Event)];

    /// <summary>The books with the events behind them, for who keeps what follows from them. A later call gives the same or a newer one.</summary>
    internal async Task<BooksSnapshot> CurrentAsync(CancellationToken cancellation)
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
        var stored = await StoredAsync(session, streams, cancellation);
        return latest = new BooksSnapshot(version, stored, BookEvents.Fold(stored.Select(s => s.Event)));
    }

    private static async Task<IReadOnlyList<(long Sequence, IBookEvent Event)>> StoredAsync(
        IQuerySession session, IReadOnlyList<string> streams, CancellationToken cancellation)
    {
        var stored = await session.Events.QueryAllRawEvents()
            .Where(e => e.StreamKey!.IsOneOf(streams.ToArray())).OrderBy(e => e.Sequence).ToListAsync(cancellation);
        return [.. stored.Select(e => (e.Sequence, (IBookEvent)e.Data))];
    }
}

/// <param name="Version">How many events there are at least.</param>
/// <param name="Stored">The events with their numbers, in the order of their recording.</param>
/// <param name="Books">Their fold.</param>
internal sealed record BooksSnapshot(long Version, IReadOnlyList<(long Sequence, IBookEvent Event)> Stored, Books Books);
