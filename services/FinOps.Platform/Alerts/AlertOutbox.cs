using FinOps.Platform.Budgets;

namespace FinOps.Platform.Alerts;

/// <summary>What is to be delivered, written in the transaction that raises the alert.</summary>
internal static class AlertOutbox
{
    /// <summary>One row for each channel that the budget has now: the bus, its webhook, those that it names.</summary>
    public static Task AddAsync(
        BudgetTransaction transaction, string alertId, string budgetId, DateTimeOffset at, CancellationToken cancellation) =>
        transaction.ExecuteAsync(
            """
            insert into finops.alert_channel (alert_id, channel, state, attempts, next_attempt_at)
            select $1, channel, state, 0, $3 from (
              select 'bus' as channel, 'PENDING' as state
              union all select name, case when digest_every is null then 'PENDING' else 'DIGEST' end
                        from finops.alert_way where budget_id = $2) channels
            """,
            cancellation, alertId, budgetId, at.ToUniversalTime());
}
