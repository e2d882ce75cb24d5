using FinOps.Platform.Hosting;
using Marten;
using Marten.Exceptions;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>
/// Opens the books for a correction: one correction at a time in the whole platform, so that each decides on what the one before it left.
/// Usage goes on meanwhile, but for the streams that the correction writes.
/// </summary>
internal sealed class CorrectionBooks(
    NpgsqlDataSource database, IDocumentStore store, SeriesIds series, Backfills backfills, IEnumerable<ICommittedUsageListener> listeners)
{
    public NpgsqlDataSource Database => database;

    public ISerializer Serializer => store.Options.Serializer();

    /// <summary>Does all of it or none; anew where the database broke a deadlock at its cost.</summary>
    public async Task<T> CorrectAsync<T>(Func<CorrectionTransaction, Task<T>> correct, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancellation);
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                await using (var alone = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended('finops-corrections', 0))", connection))
                {
                    alone.CommandTimeout = Limits.CorrectionTimeoutSeconds;
                    await alone.ExecuteNonQueryAsync(cancellation);
                }

                var books = new CorrectionTransaction(store, connection, transaction, series, backfills);
                var result = await correct(books);
                // What was only asked leaves no trace: the transaction is rolled back.
                if (!books.HasWritten) return result;
                await transaction.CommitAsync(cancellation);
                books.Committed();
                foreach (var listener in listeners) listener.Committed(books.Touched);
                return result;
            }
            catch (Exception e) when (attempt < Limits.CorrectionAttempts && IsWorthAnother(e))
            {
                // Rolled back; the next attempt reads what is there now.
            }
        }
    }

    private static bool IsWorthAnother(Exception failure) =>
        failure is ExistingStreamIdCollisionException
        || (failure as PostgresException ?? failure.InnerException as PostgresException) is
        {
            SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.UniqueViolation,
        };
}
