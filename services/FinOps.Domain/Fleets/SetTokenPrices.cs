using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <param name="UnitClass">The class's name on the wire.</param>
/// <param name="PerMillion">Money per million of it.</param>
public sealed record SetTokenPrice(string UnitClass, decimal PerMillion);

/// <summary>
/// Prices per million tokens, checked. The bounds are there for slips of unit: the dearest model asks less than the most, the cheapest class
/// more than the least, and a price per token or in cents lies beyond.
/// </summary>
internal static class SetTokenPrices
{
    private const int MaxDecimals = Rate.MaxDecimals - 6;
    private const decimal Least = 0.0005m;
    private const decimal Most = 1_000m;

    /// <summary>Notes every flaw.</summary>
    public static void Check(IReadOnlyList<SetTokenPrice> prices, IReadOnlyList<string> models, bool isNearDollar, Checks checks, string field)
    {
        var seen = new HashSet<UnitClass>();
        for (var i = 0; i < prices.Count; i++)
        {
            var at = $"{field}prices[{i}]";
            if (UnitClass.Find(prices[i].UnitClass) is not { } unitClass)
            {
                checks.Fail("unit_class_unknown", $"{at}.unitClass", $"`{at}.unitClass` is '{prices[i].UnitClass}'; it must be one of {string.Join(", ", UnitClass.All)}.");
                continue;
            }

            if (!seen.Add(unitClass)) checks.Fail("unit_class_twice", $"{at}.unitClass", $"`{at}.unitClass` names {unitClass} a second time.");
            CheckPrice(prices[i].PerMillion, unitClass, isNearDollar, checks, $"{at}.perMillion");
        }

        foreach (var needed in new[] { UnitClass.UncachedInput, UnitClass.Output }.Where(c => !seen.Contains(c)))
            checks.Fail("price_missing", $"{field}prices", $"`{field}prices` needs a price for {needed}; 0 where it is free.");
        for (var i = 0; i < models.Count; i++)
        {
            if (Name.Flaw(models[i]) is { } flaw) checks.Fail("model_invalid", $"{field}models[{i}]", $"`{field}models[{i}]` {flaw}.");
        }
    }

    /// <param name="prices">Checked.</param>
    /// <param name="models">Checked.</param>
    public static TokenPrices ToPrices(IReadOnlyList<SetTokenPrice> prices, IReadOnlyList<string> models) =>
        new(prices.ToDictionary(p => UnitClass.Find(p.UnitClass)!, p => p.PerMillion), [.. models.Select(m => new ModelId(m))]);

    private static void CheckPrice(decimal perMillion, UnitClass unitClass, bool isNearDollar, Checks checks, string field)
    {
        var isToken = isNearDollar && unitClass.Side != UnitSide.Other;
        var (least, most) = isToken ? (Least, Most) : (0m, Checks.MaxAmount);
        if (perMillion == 0 || (perMillion >= least && perMillion <= most && decimal.Round(perMillion, MaxDecimals) == perMillion)) return;
        checks.Fail(
            "amount_implausible", field,
            string.Create(CultureInfo.InvariantCulture, $"`{field}` is {perMillion}; it is 0 or lies between {least} and {most}, with at most {MaxDecimals} decimals, in money per million, not per token nor in cents."));
    }
}
