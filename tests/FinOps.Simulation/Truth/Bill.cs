using FinOps.Domain.Values;
using FinOps.Simulation.Load;

namespace FinOps.Simulation.Truth;

/// <summary>What a tenant owes for a month, record by record from the tariff's plain numbers.</summary>
internal static class Bill
{
    private static readonly string[] Classes = [.. UnitClass.All.Select(c => c.Name)];

    public static decimal Of(Oracle oracle, string tenant, DateTimeOffset month) => oracle.Counted.Values
        .Where(c => c.Facts.Identity.Tenant == tenant && c.Facts.OccurredTicks >= month.UtcTicks
            && c.Facts.OccurredTicks < month.AddMonths(1).UtcTicks)
        .Sum(c => Charge(c.Facts));

    private static decimal Charge(Facts facts)
    {
        var amount = 0m;
        for (var i = 0; i < Classes.Length; i++)
        {
            if (facts.Quantities[i] is { } quantity and > 0) amount += quantity * PerUnit(facts, Classes[i]);
        }

        return amount;
    }

    private static decimal PerUnit(Facts facts, string unitClass)
    {
        var rates = Tariff.Cards.Last(c => c.Model == facts.Model && c.From.UtcTicks <= facts.OccurredTicks).Rates;
        var parent = unitClass switch
        {
            "cacheRead" or "cacheWrite" or "image" or "audioInput" => "uncachedInput",
            "reasoning" or "audioOutput" => "output",
            _ => unitClass,
        };
        return Array.Find(rates, r => r.UnitClass == unitClass) is { UnitClass: not null } own
            ? own.PerUnit
            : Array.Find(rates, r => r.UnitClass == parent).PerUnit;
    }
}
