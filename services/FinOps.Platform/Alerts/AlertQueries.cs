using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Budgets;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using GraphQL;
using Marten;
using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>The alerts that were raised, and what became of them.</summary>
public sealed class AlertQueries
{
    /// <summary>
    /// Alerts by budget, period and threshold; <c>includeNotices</c> shows the notices on them, too. <c>after</c> is the id of the last alert
    /// of the page before.
    /// </summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IEnumerable<AlertView>> Alerts(
        IReadOnlyList<string>? tenants, IReadOnlyList<string>? budgets, int? first, string? after, [FromServices] Viewer viewer,
        [FromServices] NpgsqlDataSource database, [FromServices] BudgetCrossings crossings, [FromServices] IDocumentStore store,
        CancellationToken cancellation, bool? includeNotices = false)
    {
        var count = first ?? Limits.PageSize;
        if (count is < 1 or > Limits.PageSize)
            throw new RejectedException(new Rejection("page_size", "first", $"A page holds 1 to {Limits.PageSize} alerts."));
        var mine = viewer.Narrow(tenants)?.Select(t => t.Value).ToArray();
        var alerts = await ReadAsync(database, mine, budgets?.ToArray(), includeNotices ?? false, viewer.SeesCost, count, after, cancellation);
        var deliveries = await DeliveriesAsync(database, alerts.Select(a => a.Id).ToArray(), cancellation);
        var asked = new AlertCrossings(crossings, store, alerts);
        return alerts.Select(alert => alert with { Deliveries = deliveries[alert.Id].ToList(), Crossings = asked });
    }

    private static async Task<List<AlertView>> ReadAsync(
        NpgsqlDataSource database, string[]? tenants, string[]? budgets, bool includeNotices, bool seesCost, int count,
        string? after, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            select {AlertRow.Columns}
            from finops.alert
            where ($1::text[] is null or tenant = any($1)) and ($2::text[] is null or budget_id = any($2))
              and ($3::text is null or (budget_id, period_start, threshold, id) >
                (select p.budget_id, p.period_start, p.threshold, p.id from finops.alert p where p.id = $3))
              and ($5 or notice_of is null) and ($6 or not {AlertRow.IsOfCost})
            order by budget_id, period_start, threshold, id
            limit $4
            """);
        foreach (var value in (object?[])[tenants, budgets, after, count, includeNotices, seesCost])
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var alerts = new List<AlertView>();
        while (await reader.ReadAsync(cancellation)) alerts.Add(AlertRow.Of(reader));
        return alerts;
    }

    internal static async Task<ILookup<string, DeliveryView>> DeliveriesAsync(
        NpgsqlDataSource database, string[] ids, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select alert_id, channel, attempt, at, status, status_code, error
            from finops.alert_delivery where alert_id = any($1) order by alert_id, channel, attempt
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var deliveries = new List<(string, DeliveryView)>();
        while (await reader.ReadAsync(cancellation))
        {
            deliveries.Add((reader.GetString(0), new DeliveryView(
                reader.GetString(1), reader.GetInt32(2), reader.GetFieldValue<DateTimeOffset>(3),
                Enum.Parse<DeliveryStatus>(reader.GetString(4), ignoreCase: true), reader.IsDBNull(5) ? null : reader.GetInt32(5),
                reader.IsDBNull(6) ? null : reader.GetString(6))));
        }

        return deliveries.ToLookup(d => d.Item1, d => d.Item2);
    }
}
