using System.Globalization;
using FinOps.Domain.Budgets;
using FinOps.Platform.Alerts;

namespace FinOps.Platform.Budgets;

/// <summary>
/// Writes crossings into a transaction: the alert's row, what is to do for each of its channels, and the event. The row is unique per
/// (budget, period, threshold), so of many writers one wins and the others learn that they decided on old knowledge.
/// </summary>
internal static class RecordCrossings
{
    /// <param name="transaction">Holds the budget's lock.</param>
    /// <param name="budget">On which the crossings were decided, with the period's known crossings.</param>
    /// <param name="crossings">Of one period.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="StaleBudgetException">Someone else was first; nothing may be committed.</exception>
    public static async Task AddAsync(
        BudgetTransaction transaction, Budget.Open budget, IReadOnlyList<ThresholdCrossed> crossings, CancellationToken cancellation)
    {
        foreach (var crossing in crossings)
        {
            if (await InsertAlertAsync(transaction, crossing, cancellation) == 0) throw new StaleBudgetException(budget.Id);
            if (crossing.Suppressed) continue;
            await AlertOutbox.AddAsync(
                transaction, AlertId.Of(crossing.Id, crossing.Crossing), crossing.Id.Value, crossing.At, cancellation);
        }

        var periodStart = crossings[0].Period.From;
        var known = budget.Crossed.Count(c => c.PeriodStart == periodStart);
        var stream = BudgetStreams.Key(budget.Id, periodStart);
        var stored = crossings.Select(c => c.ToStored()).ToArray();
        if (known == 0) transaction.Session.Events.StartStream(stream, stored);
        else transaction.Session.Events.Append(stream, known + stored.Length, stored);
    }

    private static Task<int> InsertAlertAsync(BudgetTransaction transaction, ThresholdCrossed crossing, CancellationToken cancellation) =>
        transaction.ExecuteAsync(
            """
            insert into finops.alert
              (id, budget_id, tenant, measure, period_start, period_end, threshold, amount, spend, currency, crossed_at, status)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict do nothing
            """,
            cancellation,
            AlertId.Of(crossing.Id, crossing.Crossing), crossing.Id.Value, crossing.Tenant.Value,
            crossing.Measure.ToString().ToUpperInvariant(), crossing.Period.From, crossing.Period.To, crossing.ThresholdPercent,
            crossing.Amount.Amount, crossing.Spend.Amount, crossing.Amount.Currency.Code, crossing.At.ToUniversalTime(),
            (crossing.Suppressed ? AlertStatus.Suppressed : AlertStatus.Pending).ToString().ToUpperInvariant());
}

/// <summary>Another process wrote this budget meanwhile: load it again and decide anew.</summary>
internal sealed class StaleBudgetException(BudgetId id)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"Budget {id} changed meanwhile."));
