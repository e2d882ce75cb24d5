using System.Collections.Concurrent;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Budgets;
using Marten;

namespace FinOps.Platform.Alerts;

/// <summary>The crossing records of one answer's alerts: those of one budget and period are found together, and only when asked for.</summary>
internal sealed class AlertCrossings(BudgetCrossings crossings, IDocumentStore store, IReadOnlyList<AlertView> alerts)
{
    private readonly ConcurrentDictionary<(string Budget, DateTimeOffset Period), Lazy<Task<IReadOnlyDictionary<string, CrossingView>>>> known = [];

    public async Task<CrossingView?> OfAsync(AlertView alert, CancellationToken cancellation)
    {
        // Not cancelled with one field: others wait for the same answer.
        var found = known.GetOrAdd((alert.BudgetId, alert.PeriodStart), key => new(() => FindAsync(key.Budget, key.Period)));
        return (await found.Value.WaitAsync(cancellation)).GetValueOrDefault(alert.Id);
    }

    private async Task<IReadOnlyDictionary<string, CrossingView>> FindAsync(string budget, DateTimeOffset periodStart)
    {
        // What was foreseen no record crossed.
        var mine = alerts.Where(a => a.BudgetId == budget && a.PeriodStart == periodStart && a.ThresholdKind != ThresholdKind.Forecast).ToList();
        if (mine.Count == 0) return new Dictionary<string, CrossingView>();
        await using var session = store.QuerySession();
        var loaded = await BudgetStreams.LoadAsync(session, new BudgetId(budget), CancellationToken.None);
        var terms = loaded.State switch
        {
            Budget.Open open => open.Terms,
            Budget.Closed closed => closed.Terms,
            _ => throw new InvalidOperationException($"Alert {mine[0].Id} is of no budget."),
        };
        var found = await crossings.OfAsync(
            terms, new Window(periodStart, mine[0].PeriodEnd), [.. mine.Select(a => a.ThresholdAmount ?? BudgetRules.Limit(a.Amount, a.ThresholdPercent))],
            CancellationToken.None);
        return mine.Zip(found).Where(c => c.Second is not null).ToDictionary(
            c => c.First.Id, c => new CrossingView(c.Second!.Source, c.Second.Id, c.Second.OccurredAt, c.Second.Cumulative));
    }
}
