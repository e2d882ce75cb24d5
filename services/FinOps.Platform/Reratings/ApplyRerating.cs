using FinOps.Domain.Values;
using FinOps.Platform.Pricing;
using Marten;
using Marten.Services;
using Npgsql;

namespace FinOps.Platform.Reratings;

/// <summary>Records what was previewed, all of it in one transaction, as new facts under one re-rating. What was known before stays as it was.</summary>
public sealed class ApplyRerating(NpgsqlDataSource database, IDocumentStore store, PreviewRerating preview, TimeProvider clock)
{
    /// <exception cref="RejectedException">The books moved since the preview, or something is wrong with the input; nothing is recorded.</exception>
    internal async Task<ReratingApplied> RunAsync(ApplyReratingInput input, string by, CancellationToken cancellation)
    {
        if (BookInputs.ReasonFlaw(input.Reason) is { } flaw) throw new RejectedException(flaw);
        var previewed = await preview.RunAsync(input, by, cancellation);
        previewed.Digest.RequireSame(input.Digest);
        if (previewed.News.Count == 0)
            throw new RejectedException(new Rejection("facts_known", "input", "The books say all of it already; there is nothing to re-rate."));

        var id = Guid.NewGuid();
        var now = clock.GetUtcNow();
        var reason = input.Reason.Trim();
        List<BookEntry> facts =
        [
            .. previewed.News.Select(n => n with
            {
                Event = n.Event with { RecordedAt = now, Reason = n.Event.Reason ?? reason, Rerating = id.ToString() },
            }),
        ];
        var applied = Applied(id.ToString(), reason, previewed, now, by);
        await RecordAsync(id, facts, applied, previewed.Digest.BooksVersion, cancellation);
        return applied;
    }

    private async Task RecordAsync(
        Guid id, IReadOnlyList<BookEntry> facts, ReratingApplied applied, long booksVersion, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Whoever else writes any fact is waited for, and waits: the books are those of the preview until this is committed.
        await using (var gate = new NpgsqlCommand("lock table finops.book_stream in share row exclusive mode", connection, transaction))
            await gate.ExecuteNonQueryAsync(cancellation);
        await using (var version = new NpgsqlCommand("select coalesce(sum(events), 0)::bigint from finops.book_stream", connection, transaction))
        {
            if ((long)(await version.ExecuteScalarAsync(cancellation))! != booksVersion) throw ReratingDigest.BooksMoved();
        }

        await using (var rows = new NpgsqlCommand(
            """
            with streams as (insert into finops.book_stream (stream, events) select s, 0 from unnest($1) s on conflict (stream) do nothing)
            insert into finops.rerating (id) values ($2)
            """, connection, transaction))
        {
            rows.Parameters.Add(new() { Value = facts.Select(f => f.Stream).Distinct().ToArray() });
            rows.Parameters.Add(new() { Value = id });
            await rows.ExecuteNonQueryAsync(cancellation);
        }

        await using var session = store.LightweightSession(SessionOptions.ForTransaction(transaction));
        session.Events.StartStream(ReratingApplied.Stream(applied.Id), applied);
        foreach (var fact in facts) RecordInBooks.Append(session, fact);
        await session.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static ReratingApplied Applied(string id, string reason, PreviewedRerating previewed, DateTimeOffset now, string by)
    {
        var shown = previewed.Shown;
        return new ReratingApplied(
            id, reason, shown.From, shown.To, shown.Currency,
            [
                .. previewed.News.Select(n => (n.Stream, n.Event.From, Of: n.Event.Subject))
                    .Select(n => new ReratingApplied.Fact(n.Stream, n.Of.Kind, n.Of.Fleet, n.Of.Model, n.Of.Line, n.From)),
            ],
            Moved(shown.Total.Charge), Moved(shown.Total.ActualCost), Moved(shown.Total.TargetCost), shown.AtomsMoved, shown.IdleHoursMoved,
            now, by);

        static ReratingApplied.Moved Moved(MovedAmount amount) => new(amount.Before, amount.After);
    }
}
