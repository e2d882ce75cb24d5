using FinOps.Domain.Budgets;
using Marten;
using Marten.Services;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>One database transaction for Marten's events and our rows: both or neither.</summary>
internal sealed class BudgetTransaction : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;

    private BudgetTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, IDocumentStore store)
    {
        this.connection = connection;
        this.transaction = transaction;
        Session = store.LightweightSession(SessionOptions.ForTransaction(transaction));
    }

    public IDocumentSession Session { get; }

    public static async Task<BudgetTransaction> BeginAsync(NpgsqlDataSource database, IDocumentStore store, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        return new BudgetTransaction(connection, await connection.BeginTransactionAsync(cancellation), store);
    }

    /// <summary>Waits for whoever else writes this budget.</summary>
    /// <returns>The version of its stream; null when there is no such budget.</returns>
    public async Task<long?> LockAsync(BudgetId id, CancellationToken cancellation)
    {
        await using var command = Command("select version from finops.budget where id = $1 for update", id.Value);
        return (long?)await command.ExecuteScalarAsync(cancellation);
    }

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<bool> AnyAsync(string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync(cancellation) is not null;
    }

    public async Task CommitAsync(CancellationToken cancellation)
    {
        await Session.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private NpgsqlCommand Command(string sql, params object?[] values)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
