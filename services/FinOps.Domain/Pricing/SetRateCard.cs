using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>Sets a model's rates from an instant on. The same instant again replaces.</summary>
/// <param name="Model">The model.</param>
/// <param name="From">On a 15-minute boundary; null is the start of the day (UTC) on which it is recorded.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Rates">At least one.</param>
public sealed record SetRateCard(string Model, DateTimeOffset? From, string Currency, IReadOnlyList<SetRate> Rates)
{
    /// <summary>Decimals of a rate per million units, so that one per unit has at most <see cref="Rate.MaxDecimals"/>.</summary>
    private const int PerMillionMaxDecimals = Rate.MaxDecimals - 6;

    /// <exception cref="RejectedException">With every failure at once.</exception>
    public RateCard Decide(DateTimeOffset now)
    {
        var checks = new Checks();
        checks.Named(Model, "model");
        checks.CurrencyCode(Currency);
        if (From is { } from) checks.Boundary(from, "from");
        if (Rates.Count == 0) checks.Fail("rates_missing", "rates", "`rates` is empty; set at least one rate.");
        var perUnit = new Dictionary<UnitClass, decimal>();
        for (var i = 0; i < Rates.Count; i++) Check(Rates[i], $"rates[{i}]", perUnit, checks);
        checks.ThrowIfAny();
        var currency = new Currency(Currency);
        return new RateCard(
            new ModelId(Model), Day.FromOrStart(From, now), currency, perUnit.ToDictionary(r => r.Key, r => new Rate(r.Value, currency)));
    }

    private static void Check(SetRate rate, string field, Dictionary<UnitClass, decimal> perUnit, Checks checks)
    {
        var unitClass = UnitClass.Find(rate.UnitClass);
        if (unitClass is null)
        {
            checks.Fail(
                "unit_class_unknown", $"{field}.unitClass", $"`{field}.unitClass` is '{rate.UnitClass}'; it must be one of {Known}.");
            return;
        }

        switch (rate)
        {
            case { PerUnit: { } one, PerMillion: null }:
                checks.Amount(one, $"{field}.perUnit", Rate.MaxDecimals);
                if (!perUnit.TryAdd(unitClass, one)) Twice();
                break;
            case { PerUnit: null, PerMillion: { } million }:
                checks.Amount(million, $"{field}.perMillion", PerMillionMaxDecimals);
                if (!perUnit.TryAdd(unitClass, million * 0.000001m)) Twice();
                break;
            default:
                checks.Fail("rate_ambiguous", $"{field}.perUnit", $"`{field}` needs exactly one of `perUnit` and `perMillion`.");
                break;
        }

        void Twice() => checks.Fail("unit_class_twice", $"{field}.unitClass", $"`{field}.unitClass` names {unitClass} a second time.");
    }

    private static string Known => string.Join(", ", UnitClass.All);
}

/// <param name="UnitClass">The class's name on the wire.</param>
/// <param name="PerUnit">Either this,</param>
/// <param name="PerMillion">or this.</param>
public sealed record SetRate(string UnitClass, decimal? PerUnit, decimal? PerMillion);
