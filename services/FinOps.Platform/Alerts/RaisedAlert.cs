using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>One alert by its id.</summary>
/// <param name="View">As <c>alerts</c> shows it.</param>
/// <param name="IsOfCost">It tells of cost, which not every tenant may see.</param>
public sealed record RaisedAlert(AlertView View, bool IsOfCost)
{
    /// <returns>Null when there is none.</returns>
    public static async Task<RaisedAlert?> ReadAsync(NpgsqlDataSource database, string id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select id, budget_id, tenant, case basis when 'ABSOLUTE' then round(threshold * 100 / amount, 2) else threshold end,
                   period_start, period_end, status, crossed_at, amount, spend, currency, measure like 'COST%'
            from finops.alert where id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        RaisedAlert alert;
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation)) return null;
            alert = new RaisedAlert(
                new AlertView(
                    reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetDecimal(3), reader.GetFieldValue<DateTimeOffset>(4),
                    reader.GetFieldValue<DateTimeOffset>(5), Enum.Parse<AlertStatus>(reader.GetString(6), ignoreCase: true),
                    reader.GetFieldValue<DateTimeOffset>(7), reader.GetDecimal(8), reader.GetDecimal(9), reader.GetString(10), []),
                reader.GetBoolean(11));
        }

        var deliveries = await AlertQueries.DeliveriesAsync(database, [id], cancellation);
        return alert with { View = alert.View with { Deliveries = deliveries[id].ToList() } };
    }
}
