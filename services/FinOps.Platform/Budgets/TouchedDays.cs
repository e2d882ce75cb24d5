using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>On which UTC days a tenant has usage, as the buckets tell.</summary>
internal static class TouchedDays
{
    /// <param name="database">Ours.</param>
    /// <param name="tenant">Whose usage.</param>
    /// <param name="since">Only usage recorded since; null is all.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<IReadOnlyList<int>> ReadAsync(
        NpgsqlDataSource database, string tenant, DateTimeOffset? since, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select distinct floor(b.slot / 96.0)::int
            from finops.series s join finops.bucket b on b.series = s.id
            where s.tenant = $1 and b.recorded_hour >= $2
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant });
        command.Parameters.Add(new NpgsqlParameter { Value = since is { } instant ? (int)(instant.ToUnixTimeSeconds() / 3_600) : 0 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var days = new List<int>();
        while (await reader.ReadAsync(cancellation)) days.Add(reader.GetInt32(0));
        return days;
    }
}
