using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Marten;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>How far an evaluation looks.</summary>
/// <param name="MayTakeBack">Also for thresholds that are crossed no longer.</param>
/// <param name="WithForecast">Also at what periods are foreseen to come to.</param>
/// <param name="Since">Of a sweep: when the last one looked; null where none did.</param>
internal readonly record struct Evaluation(bool MayTakeBack, bool WithForecast, DateTimeOffset? Since = null);

/// <summary>
/// Reads each touched period's spend from the books, decides, and appends what was crossed. Spend is never counted up here, so it cannot
/// drift from the books, and evaluating twice, or on many machines at once, alerts once.
/// </summary>
internal sealed class EvaluateBudgets(
    NpgsqlDataSource database, IDocumentStore store, BudgetSpends spends, FleetShares shares, BudgetAnomalies anomalies, TimeProvider clock)
{
    /// <param name="open">The tenant's open budgets; what is learned stays in it.</param>
    /// <param name="days">UTC days since 1970 whose usage may have changed.</param>
    /// <param name="evaluation">How far to look.</param>
    /// <param name="deliver">Told of each message as soon as it is committed.</param>
    /// <param name="cancellation">Stops between budgets.</param>
    /// <exception cref="StaleBudgetException">Load the budgets again and evaluate anew.</exception>
    public async Task RunAsync(
        OpenBudgets open, IReadOnlyCollection<int> days, Evaluation evaluation, Action<string> deliver, CancellationToken cancellation)
    {
        var read = new SpendsRead();
        var reached = await spends.ReachedAsync(days, read, cancellation);
        // A tenant's budgets mostly have one period: what the days touch of it is found once for all of them.
        var touched = new Dictionary<BudgetPeriod, IReadOnlyList<Window>>();
        foreach (var id in open.Ids)
        {
            foreach (var (period, onlyReminds) in PeriodsOf(open[id].Terms, reached, evaluation, touched))
            {
                await LearnCrossingsAsync(open, id, period, cancellation);
                if (onlyReminds && !open[id].IsReminderDue(period, clock.GetUtcNow())) continue;
                if (!evaluation.MayTakeBack && open.IsExhausted(id, period, evaluation.WithForecast)) continue;
                await AppendAndTellAsync(open, id, await DecideAsync(open[id], period, evaluation, read, cancellation), deliver, cancellation);
            }

            if (evaluation.WithForecast && open[id].Terms.Anomaly is not null) await EvaluateDaysAsync(open, id, evaluation, deliver, cancellation);
        }
    }

    /// <summary>Days against the budget's own past. What is known of them is learned before they are read, so a day that fell takes back.</summary>
    private async Task EvaluateDaysAsync(OpenBudgets open, BudgetId id, Evaluation evaluation, Action<string> deliver, CancellationToken cancellation)
    {
        var days = anomalies.Days(open[id].Terms, evaluation.Since);
        foreach (var (_, window) in days) await LearnCrossingsAsync(open, id, window, cancellation);
        foreach (var day in await anomalies.OfAsync(open[id].Terms, [.. days.Select(d => d.Date)], cancellation))
        {
            if (await anomalies.ToRecordAsync(open[id], day, cancellation) is not { } command) continue;
            await AppendAndTellAsync(open, id, [.. BudgetDecider.Decide(command, open[id]).Cast<PeriodEvent>()], deliver, cancellation);
        }
    }

    /// <summary>
    /// Those that usage touched, and of a budget that waits for signs, or tells again, the one that runs. Whether there is nothing in it but
    /// to tell again spares the books the question.
    /// </summary>
    private IEnumerable<(Window Period, bool OnlyReminds)> PeriodsOf(
        BudgetTerms terms, IReadOnlyCollection<int> days, Evaluation evaluation, Dictionary<BudgetPeriod, IReadOnlyList<Window>> known)
    {
        var now = clock.GetUtcNow();
        if (!known.TryGetValue(terms.Period, out var touched)) known[terms.Period] = touched = BudgetCalendar.Touched(terms.Period, days, now);
        // An hour settles long after its usage came, so commits tell nothing of a share, and a period's last hours settle in the next one.
        if (!evaluation.WithForecast) return terms.Measure.IsOfFleets() ? [] : touched.Select(period => (period, false));
        var running = BudgetCalendar.Current(terms.Period, now);
        List<Window> news =
        [
            .. touched.Union(terms.Measure.IsOfFleets() ? SettlingSince(terms.Period, evaluation.Since, now) : []).Union(terms.AsksForSigns ? [running] : []),
        ];
        var told = news.Select(period => (period, false));
        return terms.RenotifyHours is not null && !news.Contains(running) ? told.Append((running, true)) : told;
    }

    /// <summary>The periods in which hours have settled since an instant, whether or not there was usage in them.</summary>
    private IEnumerable<Window> SettlingSince(BudgetPeriod period, DateTimeOffset? since, DateTimeOffset now)
    {
        var (before, settled) = (shares.SettledBy(since ?? now), shares.SettledBy(now));
        if (since is not null && before == settled) yield break;
        var window = BudgetCalendar.Current(period, before);
        for (var count = 0; count < Limits.PeriodsEndedPerRun && window.From < settled && (since is null || window.To > before); count++)
        {
            yield return window;
            if (period is BudgetPeriod.Custom) yield break;
            window = BudgetCalendar.Current(period, window.To);
        }
    }

    private async Task<IReadOnlyList<PeriodEvent>> DecideAsync(
        Budget.Open budget, Window period, Evaluation evaluation, SpendsRead read, CancellationToken cancellation)
    {
        var happened = BudgetDecider.Decide(await SpendAsync(), budget);
        if (happened.Any(e => e is ThresholdRetracted))
        {
            // A crossing may be younger than a spend that was read for the budget before it: only one read from now on tells.
            read.Forget();
            happened = BudgetDecider.Decide(await SpendAsync(), budget);
        }

        return [.. happened.Cast<PeriodEvent>()];

        async Task<RecordSpend> SpendAsync() => await spends.ToRecordAsync(budget.Terms, period, evaluation.WithForecast, read, cancellation)
            with
        { MayTakeBack = evaluation.MayTakeBack || budget.Terms.Measure.IsRatio() };
    }

    private async Task LearnCrossingsAsync(OpenBudgets open, BudgetId id, Window period, CancellationToken cancellation)
    {
        if (open.KnowsCrossings(id, period)) return;
        await using var session = store.QuerySession();
        open.Learn(await BudgetStreams.FoldCrossingsAsync(session, open[id], period.From, cancellation), period);
    }

    /// <summary>What happened, if anything did; and when it is on disk and its connection given back, the word of each message.</summary>
    private async Task AppendAndTellAsync(
        OpenBudgets open, BudgetId id, IReadOnlyList<PeriodEvent> happened, Action<string> deliver, CancellationToken cancellation)
    {
        if (happened.Count == 0) return;
        await AppendAsync(open, id, happened, cancellation);
        foreach (var told in happened.Where(e => !e.Suppressed)) deliver(AlertId.Of(told));
    }

    private async Task AppendAsync(OpenBudgets open, BudgetId id, IReadOnlyList<PeriodEvent> happened, CancellationToken cancellation)
    {
        await using var transaction = await BudgetTransaction.BeginAsync(database, store, cancellation);
        if (await transaction.LockAsync(id, cancellation) != open.VersionOf(id)) throw new StaleBudgetException(id);
        await RecordCrossings.AddAsync(transaction, open[id], happened, cancellation);
        await transaction.CommitAsync(cancellation);
        open.Happened(id, happened);
    }
}
