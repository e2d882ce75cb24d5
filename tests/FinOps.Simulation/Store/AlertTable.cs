using FinOps.Domain.Budgets;

namespace FinOps.Simulation.Store;

internal enum AlertAnswer
{
    Inserted,

    /// <summary>Another was first; nothing was written.</summary>
    Stale,
}

/// <summary>Alerts on disk: at most one row per budget, period and threshold, and an event for each.</summary>
internal sealed class AlertTable(World world)
{
    private readonly HashSet<string> ids = [];

    public List<ThresholdCrossed> Rows { get; } = [];

    public AlertAnswer Insert(IReadOnlyList<ThresholdCrossed> crossings)
    {
        if (world.Mutation != Mutation.AlertsNotUnique && crossings.Any(c => ids.Contains(AlertId.Of(c.Id, c.Crossing))))
            return AlertAnswer.Stale;
        foreach (var crossing in crossings)
        {
            var id = AlertId.Of(crossing.Id, crossing.Crossing);
            ids.Add(id);
            Rows.Add(crossing);
            world.Trace.Mix(id);
            world.Oracle.Alerted(id, crossing);
        }

        return AlertAnswer.Inserted;
    }

    /// <summary>The budget as its events tell it.</summary>
    public Budget.Open Load(Budget.Open terms) => (Budget.Open)Rows
        .Where(r => r.Id == terms.Id).Aggregate((Budget)terms, BudgetDecider.Evolve);
}
