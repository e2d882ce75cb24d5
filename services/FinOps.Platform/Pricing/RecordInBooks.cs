using Marten;
using Marten.Services;
using Npgsql;

namespace FinOps.Platform.Pricing;

/// <summary>Records facts in the books, all or none, in one transaction. What says nothing new is left out.</summary>
public sealed class RecordInBooks(NpgsqlDataSource database, IDocumentStore store)
{
    internal async Task AppendAsync(IReadOnlyList<BookEntry> entries, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Writers of the same streams come one after the other, and decide on what the one before them wrote; in order, so none deadlock.
        var streams = entries.Select(e => e.Stream).Distinct().Order(StringComparer.Ordinal).ToArray();
        await LockAsync(connection, transaction, streams, cancellation);
        await using var session = store.LightweightSession(SessionOptions.ForTransaction(transaction));
        var events = (await LiveBooks.EventsAsync(session, streams, cancellation)).ToList<object>();
        var appended = 0;
        foreach (var entry in entries)
        {
            if (!entry.IsNews(BookEvents.Fold(events))) continue;
            session.Events.Append(entry.Stream, entry.Event);
            session.QueueSqlCommand("update finops.book_stream set events = events + 1 where stream = ?", entry.Stream);
            events.Add(entry.Event);
            appended++;
        }

        if (appended == 0) return; // The transaction is rolled back, and with it the empty rows.
        await session.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <param name="connection">Of the transaction.</param>
    /// <param name="transaction">Holds the locks until its end.</param>
    /// <param name="streams">Ordinal.</param>
    /// <param name="cancellation">Stops it.</param>
    internal static async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] streams, CancellationToken cancellation)
    {
        await using var locks = new NpgsqlCommand(
            """
            insert into finops.book_stream (stream, events) select s, 0 from unnest($1) s order by s collate "C"
            on conflict (stream) do update set events = book_stream.events
            """, connection, transaction);
        locks.Parameters.Add(new NpgsqlParameter { Value = streams });
        await locks.ExecuteNonQueryAsync(cancellation);
    }
}
