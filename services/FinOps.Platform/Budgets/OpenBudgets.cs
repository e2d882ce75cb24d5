using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using Marten;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>What is known of one tenant's open budgets: a cache of their streams, thrown away when a write shows that it is old.</summary>
internal sealed class OpenBudgets
{
    private readonly SortedDictionary<string, (Budget.Open State, long Version)> budgets = new(StringComparer.Ordinal);
    private readonly HashSet<(BudgetId, DateTimeOffset)> known = [];

    public IReadOnlyList<BudgetId> Ids => budgets.Values.Select(b => b.State.Id).ToList();

    public Budget.Open this[BudgetId id] => budgets[id.Value].State;

    public static async Task<OpenBudgets> LoadAsync(
        NpgsqlDataSource database, IDocumentStore store, string tenant, CancellationToken cancellation)
    {
        var ids = await BudgetStreams.OpenIdsAsync(database, tenant, cancellation);
        await using var session = store.QuerySession();
        var open = new OpenBudgets();
        foreach (var loaded in await BudgetStreams.LoadAsync(session, ids, cancellation))
            if (loaded.State is Budget.Open state) open.budgets[state.Id.Value] = (state, loaded.Version);
        return open;
    }

    public long VersionOf(BudgetId id) => budgets[id.Value].Version;

    public bool KnowsCrossings(BudgetId id, Window period) => known.Contains((id, period.From));

    /// <summary>Every threshold of the period is crossed: more usage decides nothing there.</summary>
    public bool IsExhausted(BudgetId id, Window period, bool withForecast)
    {
        var budget = this[id];
        return !budget.Terms.Measure.IsRatio() && budget.Terms.Limits(budget.Terms.Amount.Amount)
            .Where(t => withForecast || t.Kind != ThresholdKind.Forecast)
            .Select(t => new Crossing(period.From, t.Value, t.Kind))
            .All(crossing => budget.Crossed.Contains(crossing) && !budget.LifeOf(crossing).IsRetracted);
    }

    /// <param name="folded">The budget with the period's crossings in it.</param>
    /// <param name="period">Whose crossings are known from now on.</param>
    public void Learn(Budget.Open folded, Window period)
    {
        budgets[folded.Id.Value] = (folded, VersionOf(folded.Id));
        known.Add((folded.Id, period.From));
    }

    public void Happened(BudgetId id, IReadOnlyList<PeriodEvent> crossings) =>
        budgets[id.Value] = ((Budget.Open)crossings.Aggregate<BudgetEvent, Budget>(this[id], BudgetDecider.Evolve), VersionOf(id));
}
