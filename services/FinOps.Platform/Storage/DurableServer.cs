using Npgsql;

namespace FinOps.Platform.Storage;

/// <summary>Refuses to serve on a server that does not keep what it acknowledges.</summary>
public sealed class DurableServer(NpgsqlDataSource database)
{
    /// <exception cref="InvalidOperationException">Names each setting and what to do.</exception>
    public async Task VerifyAsync(CancellationToken cancellation)
    {
        var flaws = DurabilityRules.Flaws(await ReadAsync(cancellation));
        if (flaws.Count > 0)
            throw new InvalidOperationException($"This PostgreSQL server does not keep what it acknowledges. {string.Join(' ', flaws)}");
    }

    public async Task<ServerSettings> ReadAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'), pg_is_in_recovery()
            """);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new ServerSettings(row.GetString(0), row.GetString(1), row.GetString(2), row.GetBoolean(3));
    }
}
