using System.Globalization;
using FinOps.Domain.Budgets;
using FinOps.Platform.Alerts;

namespace FinOps.Platform.Budgets;

/// <summary>
/// Writes what happened to thresholds into a transaction: the alert's row, or its notice's, what is to do for each of its channels, and the
/// event. The row is unique per (budget, period, threshold, kind, ordinal), so of many writers one wins and the others learn that they decided on
/// old knowledge.
/// </summary>
internal static class RecordCrossings
{
    /// <param name="transaction">Holds the budget's lock.</param>
    /// <param name="budget">On which the events were decided, with the period's known ones.</param>
    /// <param name="happened">In one period.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="StaleBudgetException">Someone else was first; nothing may be committed.</exception>
    public static async Task AddAsync(
        BudgetTransaction transaction, Budget.Open budget, IReadOnlyList<PeriodEvent> happened, CancellationToken cancellation)
    {
        foreach (var one in happened)
        {
            if (one is ThresholdRetracted or ThresholdRecrossed) await MarkAsync(transaction, one, cancellation);
            // A notice that is not told leaves no row: the alert's own shows what became of it.
            if (one is not ThresholdCrossed && one.Suppressed) continue;
            if (await InsertAlertAsync(transaction, one, cancellation) == 0) throw new StaleBudgetException(budget.Id);
            if (one.Suppressed) continue;
            await AlertOutbox.AddAsync(transaction, AlertId.Of(one), one.Id.Value, one.At, cancellation);
        }

        var periodStart = happened[0].Period.From;
        var known = budget.Folded.GetValueOrDefault(periodStart);
        var stream = BudgetStreams.Key(budget.Id, periodStart);
        var stored = happened.Select(c => c.ToStored()).ToArray();
        if (known == 0) transaction.Session.Events.StartStream(stream, stored);
        else transaction.Session.Events.Append(stream, known + stored.Length, stored);
    }

    public static AlertKind KindOf(PeriodEvent happened) => happened switch
    {
        ThresholdCrossed { Kind: ThresholdKind.Forecast } => AlertKind.Forecast,
        ThresholdCrossed { Kind: ThresholdKind.Drift } => AlertKind.Drift,
        ThresholdCrossed { Kind: ThresholdKind.Silence } => AlertKind.NoData,
        ThresholdCrossed { Kind: ThresholdKind.Target } => AlertKind.Target,
        ThresholdCrossed { Kind: ThresholdKind.Anomaly } => AlertKind.Anomaly,
        ThresholdCrossed => AlertKind.Threshold,
        ThresholdRetracted => happened.Measure.IsRatio() || happened.Kind is ThresholdKind.Drift or ThresholdKind.Target or ThresholdKind.Silence ? AlertKind.Recovered : AlertKind.Retracted,
        ThresholdRecrossed => AlertKind.Recrossed,
        ThresholdRenotified => AlertKind.Renotified,
        _ => throw new System.Diagnostics.UnreachableException(happened.GetType().Name),
    };

    private static Task<int> InsertAlertAsync(BudgetTransaction transaction, PeriodEvent happened, CancellationToken cancellation) =>
        transaction.ExecuteAsync(
            """
            insert into finops.alert
              (id, budget_id, tenant, measure, period_start, period_end, threshold, amount, spend, currency, crossed_at, status, kind, notice_of, cause, basis, ordinal)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, nullif($14, ''), nullif($15, ''), $16, $17)
            on conflict do nothing
            """,
            cancellation,
            AlertId.Of(happened), happened.Id.Value, happened.Tenant.Value,
            happened.Measure.ToStored().ToUpperInvariant(), happened.Period.From, happened.Period.To, happened.ThresholdPercent,
            happened.Amount.Amount, happened.Spend.Amount, happened.Amount.Currency.Code, happened.At.ToUniversalTime(),
            (happened.Suppressed ? AlertStatus.Suppressed : AlertStatus.Pending).ToString().ToUpperInvariant(),
            KindText(KindOf(happened)), happened is ThresholdCrossed ? "" : AlertId.Of(happened.Id, happened.Crossing),
            happened is ThresholdCrossed { Kind: ThresholdKind.Percent or ThresholdKind.Absolute, Cause: null } ? "" : AlertCause.Of(happened),
            happened.Kind.ToString().ToUpperInvariant(), happened is ThresholdRenotified told ? told.Ordinal : 0);

    private static string KindText(AlertKind kind) => kind == AlertKind.NoData ? "NO_DATA" : kind.ToString().ToUpperInvariant();

    private static Task<int> MarkAsync(BudgetTransaction transaction, PeriodEvent happened, CancellationToken cancellation) =>
        transaction.ExecuteAsync(
            "update finops.alert set retracted_at = case when $2 then $3 end where id = $1", cancellation,
            AlertId.Of(happened.Id, happened.Crossing), happened is ThresholdRetracted, happened.At.ToUniversalTime());
}

/// <summary>Another process wrote this budget meanwhile: load it again and decide anew.</summary>
internal sealed class StaleBudgetException(BudgetId id)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"Budget {id} changed meanwhile."));
