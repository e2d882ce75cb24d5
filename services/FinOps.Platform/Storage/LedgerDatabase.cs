using Npgsql;

namespace FinOps.Platform.Storage;

/// <summary>
/// The connections of the ledger's lanes, one each. Between two commits nothing is reset, since a commit sets nothing that outlives it: the
/// reset would be five statements more for each.
/// </summary>
internal sealed class LedgerDatabase : IAsyncDisposable
{
    // What a commit looks for it finds by its key. The planner reads a table of few streams from end to end, and goes on doing so when their
    // old versions have made it a hundred times as long.
    private const string ByKeyAlone = "set enable_seqscan = off";

    /// <param name="settings">Of the lanes' connections.</param>
    public LedgerDatabase(NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(Enter, EnterAsync);
        Source = builder.Build();
    }

    public NpgsqlDataSource Source { get; }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private static void Enter(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(ByKeyAlone, connection);
        command.ExecuteNonQuery();
    }

    private static Task EnterAsync(NpgsqlConnection connection) => connection.ExecuteAsync(ByKeyAlone, CancellationToken.None);
}
