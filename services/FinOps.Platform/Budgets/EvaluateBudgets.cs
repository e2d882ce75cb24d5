using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;
using Marten;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>
/// Reads each touched period's spend from the books, decides, and appends what was crossed. Spend is never counted up here, so it cannot
/// drift from the books, and evaluating twice, or on many machines at once, alerts once.
/// </summary>
internal sealed class EvaluateBudgets(NpgsqlDataSource database, IDocumentStore store, TenantCharges charges, TimeProvider clock)
{
    /// <param name="open">The tenant's open budgets; what is learned stays in it.</param>
    /// <param name="days">UTC days since 1970 whose usage may have changed.</param>
    /// <param name="deliver">Told of each alert as soon as it is committed.</param>
    /// <param name="cancellation">Stops between budgets.</param>
    /// <exception cref="StaleBudgetException">Load the budgets again and evaluate anew.</exception>
    public async Task RunAsync(OpenBudgets open, IReadOnlyCollection<int> days, Action<string> deliver, CancellationToken cancellation)
    {
        var spends = new Dictionary<(Window, Currency), Money>();
        var reached = await charges.ReachedAsync(days, cancellation);
        foreach (var id in open.Ids)
        {
            foreach (var period in BudgetCalendar.Touched(open[id].Terms.Period, reached))
            {
                await LearnCrossingsAsync(open, id, period, cancellation);
                if (open.IsExhausted(id, period)) continue;
                var spend = await SpendAsync(open[id].Terms, period, spends, cancellation);
                var crossings = BudgetDecider.Decide(new RecordSpend(period, spend, clock.GetUtcNow(), Backfilled: false), open[id])
                    .Cast<ThresholdCrossed>().ToList();
                if (crossings.Count == 0) continue;
                await AppendAsync(open, id, crossings, cancellation);
                foreach (var crossing in crossings) deliver(AlertId.Of(id, crossing.Crossing));
            }
        }
    }

    private async Task LearnCrossingsAsync(OpenBudgets open, BudgetId id, Window period, CancellationToken cancellation)
    {
        if (open.KnowsCrossings(id, period)) return;
        await using var session = store.QuerySession();
        open.Learn(await BudgetStreams.FoldCrossingsAsync(session, open[id], period.From, cancellation), period);
    }

    // Budgets of one tenant mostly share their periods: one question to the books answers for all of them.
    private async Task<Money> SpendAsync(
        BudgetTerms terms, Window period, Dictionary<(Window, Currency), Money> spends, CancellationToken cancellation)
    {
        var key = (period, terms.Amount.Currency);
        if (spends.TryGetValue(key, out var known)) return known;
        return spends[key] = (await charges.ChargeAsync(terms.Tenant, period, terms.Amount.Currency, cancellation)).Charge;
    }

    private async Task AppendAsync(OpenBudgets open, BudgetId id, IReadOnlyList<ThresholdCrossed> crossings, CancellationToken cancellation)
    {
        await using var transaction = await BudgetTransaction.BeginAsync(database, store, cancellation);
        if (await transaction.LockAsync(id, cancellation) != open.VersionOf(id)) throw new StaleBudgetException(id);
        await RecordCrossings.AddAsync(transaction, open[id], crossings, cancellation);
        await transaction.CommitAsync(cancellation);
        open.Happened(id, crossings);
    }
}
