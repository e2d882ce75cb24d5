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
        var further = entries.Select(e => e.AlsoReads).OfType<string>().Distinct().ToArray();
        var streams = entries.Select(e => e.Stream).Concat(further).Distinct().Order(StringComparer.Ordinal).ToArray();
        await using (var locks = new NpgsqlCommand(
            """
            insert into finops.book_stream (stream, events) select s, 0 from unnest($1) s order by s collate "C"
            on conflict (stream) do update set events = book_stream.events
            """, connection, transaction))
        {
            locks.Parameters.Add(new NpgsqlParameter { Value = streams });
            await locks.ExecuteNonQueryAsync(cancellation);
        }

        await using var session = store.LightweightSession(SessionOptions.ForTransaction(transaction));
        var read = streams.Concat(await StreamsAsync(connection, transaction, further, cancellation)).Distinct().ToList();
        var events = (await LiveBooks.EventsAsync(session, read, cancellation)).ToList<object>();
        var appended = 0;
        // An entry is decided on its own stream, and on others only where it says so: thousands, each of another stream, need one fold.
        var (books, written) = (BookEvents.Fold(events), new HashSet<string>(StringComparer.Ordinal));
        foreach (var entry in entries)
        {
            if (written.Contains(entry.Stream) || (entry.AlsoReads is not null && written.Count > 0))
            {
                books = BookEvents.Fold(events);
                written.Clear();
            }

            if (!entry.IsNews(books)) continue;
            written.Add(entry.Stream);
            session.Events.Append(entry.Stream, entry.Event);
            session.QueueSqlCommand("update finops.book_stream set events = events + 1 where stream = ?", entry.Stream);
            events.Add(entry.Event);
            appended++;
        }

        if (appended == 0) return; // The transaction is rolled back, and with it the empty rows.
        await session.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task<IReadOnlyList<string>> StreamsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string[] prefixes, CancellationToken cancellation)
    {
        if (prefixes.Length == 0) return [];
        await using var command = new NpgsqlCommand(
            "select stream from finops.book_stream b where exists (select from unnest($1) p where starts_with(b.stream, p))", connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = prefixes });
        var streams = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) streams.Add(reader.GetString(0));
        return streams;
    }
}
