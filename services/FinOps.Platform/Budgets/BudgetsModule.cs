using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Budgets;

/// <summary>Budgets, their thresholds, and the crossing of one.</summary>
public static class BudgetsModule
{
    public static StoreOptions Budgets(this StoreOptions store) => store;

    public static IServiceCollection AddBudgets(this IServiceCollection services) => services;
}
