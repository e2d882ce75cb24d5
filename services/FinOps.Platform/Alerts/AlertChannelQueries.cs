using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Alerts.Messages;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using GraphQL;
using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>What channels say, and what became of them.</summary>
public sealed class AlertChannelQueries
{
    /// <summary>
    /// What became of channels: that a receiver switched one off (<c>gone</c>), that one gave up. Newest first; <c>before</c> is the id of
    /// the last notice of the page before.
    /// </summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IEnumerable<AlertNoticeView>> AlertNotices(
        IReadOnlyList<string>? tenants, int? first, long? before, [FromServices] Viewer viewer, [FromServices] NpgsqlDataSource database,
        CancellationToken cancellation)
    {
        var count = first ?? Limits.PageSize;
        if (count is < 1 or > Limits.PageSize)
            throw new RejectedException(new Rejection("page_size", "first", $"A page holds 1 to {Limits.PageSize} notices."));
        await using var command = database.CreateCommand(
            $"""
            {AlertNoticeRow.Select}
            where ($1::text[] is null or n.tenant = any($1)) and ($2::bigint is null or n.id < $2) and ($4 or {AlertNoticeRow.IsNotOfCost})
            order by n.id desc limit $3
            """);
        foreach (var value in (object?[])[viewer.Narrow(tenants)?.Select(t => t.Value).ToArray(), before, count, viewer.SeesCost])
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var notices = new List<AlertNoticeView>();
        while (await reader.ReadAsync(cancellation)) notices.Add(AlertNoticeRow.Of(reader).View);
        return notices;
    }

    /// <summary>Texts of messages that were set, by tenant and budget.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IEnumerable<AlertTemplateView>> AlertTemplates(
        IReadOnlyList<string>? tenants, [FromServices] Viewer viewer, [FromServices] NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select tenant, budget_id, subject, body_text, body_html, set_at, set_by from finops.alert_template
            where $1::text[] is null or tenant = any($1) order by tenant, budget_id limit $2
            """);
        foreach (var value in (object?[])[viewer.Narrow(tenants)?.Select(t => t.Value).ToArray(), Limits.PageSize])
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var templates = new List<AlertTemplateView>();
        while (await reader.ReadAsync(cancellation))
        {
            string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
            templates.Add(new AlertTemplateView(
                reader.GetString(0), Text(1) is { Length: > 0 } budget ? budget : null, Text(2), Text(3), Text(4),
                reader.GetFieldValue<DateTimeOffset>(5), reader.GetString(6)));
        }

        return templates;
    }
}
