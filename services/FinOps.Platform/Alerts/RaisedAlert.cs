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
            $"""
            select {AlertRow.Columns}, {AlertRow.IsOfCost}
            from finops.alert where id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        RaisedAlert alert;
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation)) return null;
            alert = new RaisedAlert(AlertRow.Of(reader), reader.GetBoolean(AlertRow.Next));
        }

        var deliveries = await AlertQueries.DeliveriesAsync(database, [id], cancellation);
        return alert with { View = alert.View with { Deliveries = deliveries[id].ToList() } };
    }
}
