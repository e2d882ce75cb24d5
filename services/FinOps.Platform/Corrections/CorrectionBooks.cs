using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using Marten;
using Npgsql;

namespace FinOps.Platform.Corrections;

/// <summary>
/// Opens the books for a correction: one correction at a time in the whole platform, so that each decides on what the one before it left.
/// Usage goes on meanwhile, but for the streams that the correction writes.
/// </summary>
internal sealed class CorrectionBooks(
    NpgsqlDataSource database, IDocumentStore store, SeriesIds series, Backfills backfills, IEnumerable<ICommittedUsageListener> listeners)
    : IDisposable
{
    /// <summary>Those of this process wait here, and not each with a database connection.</summary>
    private readonly SemaphoreSlim alone = new(1, 1);

    private int waiting;

    public NpgsqlDataSource Database => database;

    public ISerializer Serializer => store.Options.Serializer();

    /// <summary>Does all of it or none; anew where the database broke a deadlock at its cost.</summary>
    public async Task<T> CorrectAsync<T>(Func<CorrectionTransaction, Task<T>> correct, CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref waiting) > Limits.CorrectionsWaiting)
                throw new RejectedException(new Rejection("corrections_busy", "", $"{Limits.CorrectionsWaiting} corrections wait; try again."));
            await alone.WaitAsync(cancellation);
            try
            {
                return await AttemptAsync(correct, cancellation);
            }
            finally
            {
                alone.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    public void Dispose() => alone.Dispose();

    private async Task<T> AttemptAsync<T>(Func<CorrectionTransaction, Task<T>> correct, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancellation);
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                await LockAsync(connection, cancellation);
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

    /// <summary>Those of other processes wait at the database.</summary>
    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended('finops-corrections', 0))", connection)
        {
            CommandTimeout = Limits.CorrectionTimeoutSeconds,
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static bool IsWorthAnother(Exception failure) =>
        CommitRace.IsLost(failure)
        || (failure as PostgresException ?? failure.InnerException as PostgresException) is
        {
            SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure,
        };
}
