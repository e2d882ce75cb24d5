using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>
/// A field of a cost line: which kinds have it, and what may stand in it. The bounds are there for slips of unit, such as a price of a month
/// given as one of an hour, watts given as kilowatts, cents as whole money: each lies well beyond what is paid, and below the slip.
/// </summary>
internal sealed record CostLineField(
    string Name, Func<SetCostLine, decimal?> Of, CostLineKind[] Kinds, decimal Least, decimal Most, int MaxDecimals, string Unit, bool IsMoney = true)
{
    /// <summary>Currencies of which one unit is worth between a half and two US dollars: for these the bounds of prices hold.</summary>
    private static readonly HashSet<string> NearDollar = ["USD", "EUR", "GBP", "CHF", "CAD", "AUD", "SGD", "NZD"];

    public static readonly CostLineField[] All =
    [
        new("costPerHour", l => l.CostPerHour, [CostLineKind.Hourly], 0, Checks.MaxAmount, Money.AllocationDecimals, "money per hour"),
        new("pricePerAcceleratorHour", l => l.PricePerAcceleratorHour, [CostLineKind.OnDemand, CostLineKind.Spot, CostLineKind.Committed],
            0, 200, Money.AllocationDecimals, "money per accelerator and hour; a price per month divided by 730 is one"),
        new("count", l => l.Count, [CostLineKind.Spot, CostLineKind.Committed, CostLineKind.Purchase],
            0.000001m, SetFleetSize.MaxCount, 6, "accelerators", IsMoney: false),
        new("pricePerAccelerator", l => l.PricePerAccelerator, [CostLineKind.Purchase], 0, 1_000_000, Money.AllocationDecimals, "money per accelerator"),
        new("salvagePerAccelerator", l => l.SalvagePerAccelerator, [CostLineKind.Purchase], 0, 1_000_000, Money.AllocationDecimals, "money per accelerator"),
        new("termMonths", l => l.TermMonths, [CostLineKind.Purchase], 1, 240, 0, "months", IsMoney: false),
        new("kilowattsPerAccelerator", l => l.KilowattsPerAccelerator, [CostLineKind.Power], 0, 20, 6, "kilowatts; watts divided by 1,000", IsMoney: false),
        new("powerUsageEffectiveness", l => l.PowerUsageEffectiveness, [CostLineKind.Power], 1, 4, 6, "a ratio, for example 1.25", IsMoney: false),
        new("pricePerKilowattHour", l => l.PricePerKilowattHour, [CostLineKind.Power], 0, 5, Money.AllocationDecimals, "money per kilowatt-hour, not cents"),
        new("percent", l => l.Percent, [CostLineKind.Overhead], 0, 1_000, 6, "percent", IsMoney: false),
        new("amount", l => l.Amount, [CostLineKind.Actual], 0, Checks.MaxAmount, Money.AllocationDecimals, "money for the whole stretch"),
    ];

    public static bool IsNearDollar(string currency) => NearDollar.Contains(currency);

    public bool IsOf(CostLineKind kind) => Kinds.Contains(kind);

    public void Check(Checks checks, decimal value, string currency)
    {
        var most = IsMoney && !NearDollar.Contains(currency) ? Checks.MaxAmount : Most;
        if (value >= Least && value <= most && decimal.Round(value, MaxDecimals) == value) return;
        checks.Fail(
            "amount_implausible", Name,
            string.Create(CultureInfo.InvariantCulture, $"`{Name}` is {value}; it lies between {Least} and {most}, with at most {MaxDecimals} decimals, in {Unit}."));
    }
}
