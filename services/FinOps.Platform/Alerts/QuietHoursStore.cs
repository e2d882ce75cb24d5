using GraphQL;
using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>The quiet hours of budgets.</summary>
public sealed class QuietHoursStore(NpgsqlDataSource database)
{
    /// <returns>When the budget's alerts go again; null when they go now.</returns>
    public async Task<DateTimeOffset?> ReleaseAsync(string budgetId, DateTimeOffset now, CancellationToken cancellation) =>
        (await FindAsync(budgetId, cancellation))?.Release(now);

    public async Task<QuietHoursView?> ViewAsync(string budgetId, CancellationToken cancellation) =>
        await FindAsync(budgetId, cancellation) is { } hours ? QuietHoursView.Of(hours) : null;

    internal async Task SetAsync(string budgetId, QuietHours? hours, DateTimeOffset now, string by, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(hours is null
            ? "delete from finops.alert_quiet_hours where budget_id = $1"
            : """
              insert into finops.alert_quiet_hours (budget_id, starts, ends, zone, set_at, set_by) values ($1, $2, $3, $4, $5, $6)
              on conflict (budget_id) do update
              set starts = excluded.starts, ends = excluded.ends, zone = excluded.zone, set_at = excluded.set_at, set_by = excluded.set_by
              """);
        command.Parameters.Add(new NpgsqlParameter { Value = budgetId });
        foreach (var value in hours is null ? [] : (object[])[hours.Starts, hours.Ends, hours.Zone, now.ToUniversalTime(), by])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<QuietHours?> FindAsync(string budgetId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select starts, ends, zone from finops.alert_quiet_hours where budget_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = budgetId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new QuietHours(reader.GetFieldValue<TimeOnly>(0), reader.GetFieldValue<TimeOnly>(1), reader.GetString(2))
            : null;
    }
}

/// <summary>From and to by the zone's clock, over midnight where <c>to</c> is the earlier one.</summary>
[Name("QuietHours")]
public sealed record QuietHoursView(string From, string To, string TimeZone)
{
    internal static QuietHoursView Of(QuietHours hours) => new($"{hours.Starts:HH:mm}", $"{hours.Ends:HH:mm}", hours.Zone);
}
