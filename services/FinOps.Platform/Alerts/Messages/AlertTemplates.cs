using Npgsql;

namespace FinOps.Platform.Alerts.Messages;

/// <summary>The texts that tenants have set.</summary>
public sealed class AlertTemplates(NpgsqlDataSource database)
{
    /// <returns>The budget's, or its tenant's, or ours.</returns>
    internal async Task<AlertMessage> ForAsync(string tenant, string budgetId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select subject, body_text, body_html from finops.alert_template
            where tenant = $1 and budget_id in ('', $2) order by budget_id desc limit 1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant });
        command.Parameters.Add(new NpgsqlParameter { Value = budgetId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return AlertMessage.Usual;
        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
        return AlertMessage.Of(new AlertTemplate(Text(0), Text(1), Text(2)));
    }
}
