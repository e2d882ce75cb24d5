using System.Data;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using Marten;
using Marten.Services;
using Npgsql;

namespace FinOps.Platform.Pricing;

/// <summary>
/// The books, folded from their events and kept in memory as one immutable snapshot. Each question looks whether the events on disk moved
/// on, with one small query, so a change made by any process is seen by the next question.
/// </summary>
public sealed class LiveBooks(NpgsqlDataSource database, IDocumentStore store)
{
    private volatile KnownBooks? latest;

    public async Task<Books> NowAsync(CancellationToken cancellation) => (await KnownAsync(cancellation)).Books;

    /// <returns>The books as they were known at the instant: what was recorded later is left out.</returns>
    public async Task<Books> AsOfAsync(DateTimeOffset instant, CancellationToken cancellation) =>
        BookEvents.Fold((await KnownAsync(cancellation)).Facts.Select(f => f.Fact).Where(f => f.RecordedAt <= instant));

    /// <returns>Whether anything was recorded after the one instant and not after the other; null is now.</returns>
    public async Task<bool> ChangedAsync(DateTimeOffset after, DateTimeOffset? until, CancellationToken cancellation) =>
        (await KnownAsync(cancellation)).Facts.Any(f => f.Fact.RecordedAt > after && (until is null || f.Fact.RecordedAt <= until));

    internal static async Task<IReadOnlyList<RecordedFact>> FactsAsync(
        IQuerySession session, IReadOnlyList<string> streams, CancellationToken cancellation)
    {
        var stored = await session.Events.QueryAllRawEvents()
            .Where(e => e.StreamKey!.IsOneOf(streams.ToArray())).OrderBy(e => e.Sequence).ToListAsync(cancellation);
        return [.. stored.Select(e => new RecordedFact(e.Sequence, e.StreamKey!, (BookFact)e.Data))];
    }

    internal async Task<KnownBooks> KnownAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select coalesce(sum(events), 0)::bigint from finops.book_stream");
        var version = (long)(await command.ExecuteScalarAsync(cancellation))!;
        return latest is { } known && known.Version == version ? known : latest = await ReadAsync(cancellation);
    }

    /// <summary>One snapshot, so that facts which were recorded together are seen together.</summary>
    private async Task<KnownBooks> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var streams = new List<string>();
        await using (var command = new NpgsqlCommand("select stream from finops.book_stream", connection, transaction))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) streams.Add(reader.GetString(0));
        }

        await using var session = store.QuerySession(SessionOptions.ForTransaction(transaction));
        var facts = await FactsAsync(session, streams, cancellation);
        return new KnownBooks(facts.Count, facts, BookEvents.Fold(facts.Select(f => f.Fact)));
    }
}

/// <param name="Sequence">Among all stored events.</param>
/// <param name="Stream">Where it lies.</param>
/// <param name="Fact">What it says.</param>
internal sealed record RecordedFact(long Sequence, string Stream, BookFact Fact);

/// <summary>The books with the facts that they are folded from.</summary>
/// <param name="Version">How many facts there are; it only grows.</param>
/// <param name="Facts">In the order of their recording.</param>
/// <param name="Books">Folded.</param>
internal sealed record KnownBooks(long Version, IReadOnlyList<RecordedFact> Facts, Books Books)
{
    /// <returns>Those of the entries that would change these books, in order.</returns>
    /// <exception cref="RejectedException">One does not go together with them.</exception>
    public IReadOnlyList<BookEntry> News(IReadOnlyList<BookEntry> entries)
    {
        var streams = entries.Select(e => e.Stream).ToHashSet(StringComparer.Ordinal);
        var further = entries.Select(e => e.AlsoReads).OfType<string>().Distinct().ToList();
        return BookEvents.News(Facts.Where(f => streams.Contains(f.Stream) || further.Any(p => f.Stream.StartsWith(p, StringComparison.Ordinal))).Select(f => f.Fact), entries);
    }

    /// <returns>The books as they would be with these facts behind the recorded ones.</returns>
    public Books With(IReadOnlyList<BookEntry> news) => BookEvents.Fold([.. Facts.Select(f => f.Fact), .. news.Select(n => n.Event)]);
}
