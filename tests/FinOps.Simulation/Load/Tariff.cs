using FinOps.Domain.Budgets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Simulation.Load;

/// <summary>Prices and budgets of the run: plain numbers, from which both the platform's books and the oracle's bill are made.</summary>
internal static class Tariff
{
    /// <summary>Per unit, by model and class; a class that is not here takes its parent's, and without that it is not charged.</summary>
    public static readonly IReadOnlyList<(string Model, DateTimeOffset From, (string UnitClass, decimal PerUnit)[] Rates)> Cards =
    [
        ("small", DateTimeOffset.UnixEpoch, [("uncachedInput", 0.0000012m), ("output", 0.0000048m), ("cacheRead", 0.00000013m)]),
        ("large", DateTimeOffset.UnixEpoch, [("uncachedInput", 0.000003m), ("output", 0.000015m), ("reasoning", 0.0000170000000001m)]),
        ("large", new DateTimeOffset(2026, 6, 15, 12, 0, 0, TimeSpan.Zero), [("uncachedInput", 0.0000025m), ("output", 0.0000125m)]),
        ("embed", DateTimeOffset.UnixEpoch, [("uncachedInput", 0.00000000013m), ("requests", 0.0001m)]),
    ];

    /// <summary>In the order of the tenants' names: small enough that a thousand records cross some thresholds and not others.</summary>
    public static readonly IReadOnlyList<(string Id, string Tenant, decimal Amount)> Budgets =
    [
        ("acme-all", "acme", 1.5m),
        ("acme-alarm", "acme", 0.4m),
        ("globex-all", "globex", 0.8m),
        ("initech-all", "initech", 4m),
    ];

    public static readonly RateBook Book = new(Cards.Select(c => new RateCard(
        new ModelId(c.Model), c.From, Currency.Usd,
        c.Rates.ToDictionary(r => UnitClass.Find(r.UnitClass)!, r => new Rate(r.PerUnit, Currency.Usd)))));

    public static readonly IReadOnlyList<Budget.Open> OpenBudgets = [.. Budgets.Select(b => new Budget.Open(
        new BudgetId(b.Id),
        new BudgetTerms(
            new TenantId(b.Tenant), BudgetMeasure.Charge, new Money(b.Amount, Currency.Usd),
            new BudgetPeriod.Monthly(new CalendarMonth(2020, 1), "UTC"), Thresholds.Usual, null, DeliverBackfilled: true),
        []))];
}
