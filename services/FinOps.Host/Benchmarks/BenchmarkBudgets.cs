using FinOps.Domain.Budgets;
using FinOps.Platform.Access;
using FinOps.Platform.Budgets;

namespace FinOps.Host.Benchmarks;

/// <summary>Budgets that are never reached, made through the grains as a mutation makes them.</summary>
internal static class BenchmarkBudgets
{
    private static readonly Viewer Viewer = new("bench", ViewerRole.Operator, Tenants: null, SeesCost: true);

    public static Task CreateAsync(
        BudgetDesk desk, IEnumerable<(string Id, string Tenant)> budgets, CancellationToken cancellation, Action<CreateBudgetInput>? also = null) => Parallel.ForEachAsync(
            budgets, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellation },
            async (budget, stop) =>
            {
                var input = new CreateBudgetInput { Id = budget.Id, Tenant = budget.Tenant, Amount = BudgetRules.MaxAmount, Currency = "USD", Period = new() { Start = BenchmarkRecords.Start } };
                also?.Invoke(input);
                await BudgetMutations.CreateBudget(input, Viewer, desk, stop);
            });
}
