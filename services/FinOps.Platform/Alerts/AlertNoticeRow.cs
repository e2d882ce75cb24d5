using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>A notice, and who may know of it.</summary>
/// <param name="View">As <c>alertNotices</c> shows it.</param>
/// <param name="IsOfCost">It is about an alert that tells of cost, which not every tenant may see.</param>
public sealed record RaisedNotice(AlertNoticeView View, bool IsOfCost)
{
    /// <returns>Null when there is none.</returns>
    public static async Task<RaisedNotice?> ReadAsync(NpgsqlDataSource database, long id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"{AlertNoticeRow.Select} where n.id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? AlertNoticeRow.Of(reader) : null;
    }
}

/// <summary>Rows of <c>finops.alert_notice</c>.</summary>
internal static class AlertNoticeRow
{
    /// <summary>A digest's is of no one alert: it says nothing of cost.</summary>
    public const string IsNotOfCost = $"not coalesce({AlertRow.IsOfCost}, false)";

    /// <summary>In the order in which <see cref="Of"/> reads them; <c>where</c> follows.</summary>
    public const string Select =
        $"""
        select n.id, n.at, n.tenant, n.budget_id, n.channel, n.code, n.alert_id, {IsNotOfCost}
        from finops.alert_notice n left join finops.alert a on a.id = n.alert_id
        """;

    public static RaisedNotice Of(NpgsqlDataReader reader) => new(
        new AlertNoticeView(
            reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
            reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetString(6)),
        IsOfCost: !reader.GetBoolean(7));
}
