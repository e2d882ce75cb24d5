using FinOps.Domain.Budgets;
using FinOps.Platform.Access;
using FinOps.Platform.Budgets;

namespace FinOps.Host.Benchmarks;

/// <summary>Budgets that are never reached, made through the grains as a mutation makes them.</summary>
internal static class BenchmarkBudgets
{
    private static readonly Viewer Viewer = new("bench", ViewerRole.Operator, Tenants: null, SeesCost: true);

    public static Task CreateAsync(BudgetDesk desk, IEnumerable<(string Id, string Tenant)> budgets, CancellationToken cancellation, BudgetKind? kind = null) => Parallel.ForEachAsync(
        budgets, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellation },
        async (budget, stop) => await BudgetMutations.CreateBudget(
            new CreateBudgetInput { Id = budget.Id, Tenant = budget.Tenant, Amount = BudgetRules.MaxAmount, Currency = "USD", Kind = kind, Period = new() { Start = BenchmarkRecords.Start } },
            Viewer, desk, stop));
}
