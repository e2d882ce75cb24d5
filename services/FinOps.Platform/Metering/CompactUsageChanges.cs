using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>
/// The job that keeps the notes of changes as few as there are fleets' hours: a note is dropped where a newer one says the same. Whoever looks
/// for changes since some transaction finds the newest note wherever it would have found an older one.
/// </summary>
public sealed class CompactUsageChanges(NpgsqlDataSource database)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            delete from finops.usage_change old using finops.usage_change newer
            where newer.fleet = old.fleet and newer.hour = old.hour and newer.changed_by > old.changed_by
            """);
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
