using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>Reads the rows of a card, its discounts and its free units; every failure names its field.</summary>
internal static class ReadRates
{
    /// <summary>Decimals of a rate per million units, so that one per unit has at most <see cref="Rate.MaxDecimals"/>.</summary>
    private const int PerMillionMaxDecimals = Rate.MaxDecimals - 6;

    private static string Classes => string.Join(", ", UnitClass.All);

    private static string Boundaries =>
        string.Join(", ", RateClass.ContextBoundaries.Select(b => b.ToString(CultureInfo.InvariantCulture)));

    /// <returns>Per unit, by key; what failed is left out.</returns>
    public static Dictionary<RateKey, decimal> Rows(IReadOnlyList<SetRate> rates, Checks checks)
    {
        var rows = new Dictionary<RateKey, decimal>();
        var volumes = new List<(RateKey Key, string Field)>();
        for (var i = 0; i < rates.Count; i++)
        {
            var field = $"rates[{i}]";
            var key = Key(rates[i], field, checks);
            var perUnit = PerUnit(rates[i], field, checks);
            if (key is not { } known || perUnit is not { } amount) continue;
            if (!rows.TryAdd(known, amount)) checks.Fail("unit_class_twice", $"{field}.unitClass", Twice(known, field));
            else if (known.VolumeAboveUnits > 0) volumes.Add((known, field));
        }

        foreach (var (key, field) in volumes)
        {
            if (rows.ContainsKey(key with { VolumeAboveUnits = 0 })) continue;
            checks.Fail(
                "volume_without_base", $"{field}.volumeAboveUnits",
                $"`{field}` prices the units beyond {key.VolumeAboveUnits}, and nothing the ones before; add a rate of {key.Class} for the same context and tier without `volumeAboveUnits`.");
        }

        return rows;
    }

    public static IReadOnlyDictionary<ServiceTier, decimal> Discounts(
        IReadOnlyList<SetDiscount> discounts, Dictionary<RateKey, decimal> rows, Checks checks)
    {
        var read = new SortedDictionary<ServiceTier, decimal>();
        for (var i = 0; i < discounts.Count; i++)
        {
            var field = $"discounts[{i}]";
            var percent = discounts[i].Percent;
            checks.Percent(percent, $"{field}.percent", 100);
            if (percent == 0) checks.Fail("percent_invalid", $"{field}.percent", $"`{field}.percent` is 0, which is no discount; leave it out.");
            if (TierOf(discounts[i].ServiceTier, $"{field}.serviceTier", checks) is not { } tier) continue;
            if (tier == ServiceTier.Standard)
                checks.Fail("service_tier_unknown", $"{field}.serviceTier", $"`{field}.serviceTier` is the standard tier, off which discounts are; set its rates.");
            else if (!read.TryAdd(tier, percent))
                checks.Fail("discount_twice", $"{field}.serviceTier", $"`{field}.serviceTier` names {tier.Name()} a second time.");
            else if (rows.FirstOrDefault(r => r.Key.Tier == ServiceTier.Standard && !IsRate(RateCardTerms.Discounted(r.Value, percent))) is { Key.Class: { } odd })
                checks.Fail("rate_too_fine", $"{field}.percent", $"{percent} percent off the rate of {odd} has more than {Rate.MaxDecimals} decimals per unit; give {tier.Name()} rates of its own.");
        }

        return read;

        static bool IsRate(decimal perUnit) => decimal.Round(perUnit, Rate.MaxDecimals) == perUnit;
    }

    public static IReadOnlyDictionary<UnitClass, long> FreeUnits(
        IReadOnlyList<SetFreeUnits> allowances, Dictionary<RateKey, decimal> rows, Checks checks)
    {
        var read = new Dictionary<UnitClass, long>();
        for (var i = 0; i < allowances.Count; i++)
        {
            var field = $"freeUnitsPerMonth[{i}]";
            if (allowances[i].Units < 1) checks.Fail("units_invalid", $"{field}.units", $"`{field}.units` is {allowances[i].Units}; it must be at least 1.");
            if (ClassOf(allowances[i].UnitClass, $"{field}.unitClass", checks) is not { } unitClass) continue;
            if (!rows.ContainsKey(new RateKey(unitClass, 0, ServiceTier.Standard, 0)))
                checks.Fail("free_without_rate", $"{field}.unitClass", $"`{field}` frees {unitClass}, which has no rate of its own here; set one, or free the class whose rate it takes.");
            else if (!read.TryAdd(unitClass, allowances[i].Units))
                checks.Fail("unit_class_twice", $"{field}.unitClass", $"`{field}.unitClass` names {unitClass} a second time.");
        }

        return read;
    }

    private static RateKey? Key(SetRate rate, string field, Checks checks)
    {
        var unitClass = ClassOf(rate.UnitClass, $"{field}.unitClass", checks);
        var context = rate.ContextAboveTokens ?? 0;
        var isBand = RateClass.ContextBoundaries.Contains(context);
        if (!isBand)
            checks.Fail("context_boundary_unknown", $"{field}.contextAboveTokens", $"`{field}.contextAboveTokens` is {context}; it must be one of {Boundaries}.");
        var tier = TierOf(rate.ServiceTier ?? ServiceTier.Standard.Name(), $"{field}.serviceTier", checks);
        var volume = rate.VolumeAboveUnits ?? 0;
        if (volume < 0) checks.Fail("units_invalid", $"{field}.volumeAboveUnits", $"`{field}.volumeAboveUnits` is {volume}; it must not be negative.");
        return unitClass is not null && isBand && tier is { } known && volume >= 0 ? new RateKey(unitClass, context, known, volume) : null;
    }

    private static decimal? PerUnit(SetRate rate, string field, Checks checks)
    {
        switch (rate)
        {
            case { PerUnit: { } one, PerMillion: null }:
                checks.Amount(one, $"{field}.perUnit", Rate.MaxDecimals);
                return one;
            case { PerUnit: null, PerMillion: { } million }:
                checks.Amount(million, $"{field}.perMillion", PerMillionMaxDecimals);
                return million * 0.000001m;
            default:
                checks.Fail("rate_ambiguous", $"{field}.perUnit", $"`{field}` needs exactly one of `perUnit` and `perMillion`.");
                return null;
        }
    }

    private static UnitClass? ClassOf(string name, string field, Checks checks)
    {
        var unitClass = UnitClass.Find(name);
        if (unitClass is null) checks.Fail("unit_class_unknown", field, $"`{field}` is '{name}'; it must be one of {Classes}.");
        return unitClass;
    }

    private static ServiceTier? TierOf(string name, string field, Checks checks)
    {
        var tier = ServiceTiers.Find(name);
        if (tier is null)
            checks.Fail("service_tier_unknown", field, $"`{field}` is '{name}'; it must be one of {string.Join(", ", ServiceTiers.Names)}.");
        return tier;
    }

    private static string Twice(RateKey key, string field) => key.IsBase
        ? $"`{field}.unitClass` names {key.Class} a second time."
        : $"`{field}` prices {key.Class} a second time for the same context, tier and volume.";
}
