using Npgsql;

namespace FinOps.Platform.Storage;

/// <summary>
/// The connections of the ledger's lanes, one each. Between two commits nothing is reset, since a commit sets nothing that outlives it: the
/// reset would be five statements more for each.
/// </summary>
internal sealed class LedgerDatabase(NpgsqlDataSource source) : IAsyncDisposable
{
    public NpgsqlDataSource Source { get; } = source;

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
