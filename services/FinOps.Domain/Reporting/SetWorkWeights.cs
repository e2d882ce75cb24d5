using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>Sets what tokens weigh from an hour on. The same hour again replaces.</summary>
/// <param name="Name">Stands on every figure that the set makes.</param>
/// <param name="Fleet">Null is every fleet that has no set of its own.</param>
/// <param name="From">On an hour of UTC; null is the start of the day on which it is recorded.</param>
/// <param name="Weights">Every token class once.</param>
public sealed record SetWorkWeights(string Name, string? Fleet, DateTimeOffset? From, IReadOnlyList<SetWorkWeight> Weights)
{
    /// <summary>More than a token of any class costs of one of another: a slip.</summary>
    public const decimal MaxWeight = 1_000_000m;

    private const int MaxDecimals = 12;

    /// <exception cref="RejectedException">With every failure at once.</exception>
    public EffectiveWeights Decide(DateTimeOffset now)
    {
        var start = Day.FromOrStart(From, now);
        var checks = new Checks();
        checks.Named(Name, "name");
        if (Fleet is not null) checks.Named(Fleet, "fleet");
        if (start.UtcTicks % TimeSpan.TicksPerHour != 0)
        {
            var next = new DateTimeOffset((start.UtcTicks / TimeSpan.TicksPerHour + 1) * TimeSpan.TicksPerHour, TimeSpan.Zero);
            checks.Fail("off_hour", "from", $"`from` must lie on an hour of UTC, since an hour's cost is shared as one; the next is {next:yyyy-MM-dd'T'HH:mm:ss'Z'}.");
        }

        var units = new decimal?[UnitClass.All.Count];
        for (var i = 0; i < Weights.Count; i++) Check(Weights[i], $"weights[{i}]", units, checks);
        var missing = UnitClass.All.Where(c => c.Side != UnitSide.Other && units[c.Ordinal] is null).ToList();
        if (missing.Count > 0) checks.Fail("weight_missing", "weights", $"`weights` lacks {string.Join(", ", missing)}: each token class needs a weight, or it would weigh nothing unsaid.");
        else if (units.All(u => u is null or 0)) checks.Fail("weights_all_zero", "weights", "`weights` are all 0; no work could be seen.");
        checks.ThrowIfAny();
        return new EffectiveWeights(Fleet is null ? null : new FleetId(Fleet), start, new WorkWeights(Name, [.. units.Select(u => u ?? 0)]));
    }

    /// <summary>A name means one set for ever: it stands on figures.</summary>
    /// <exception cref="RejectedException">Another set has the name.</exception>
    public static void RequireOwnName(WeightBook book, WorkWeights weights)
    {
        if (book.All.Any(w => w.Weights.Name == weights.Name && !w.Weights.SaysTheSameAs(weights)))
            throw new RejectedException(new Rejection("weight_set_taken", "name", $"Another set is called '{weights.Name}'; give this one a name of its own."));
    }

    private static void Check(SetWorkWeight weight, string field, decimal?[] units, Checks checks)
    {
        if (UnitClass.Find(weight.UnitClass) is not { } unitClass)
        {
            checks.Fail("unit_class_unknown", $"{field}.unitClass", $"`{field}.unitClass` is '{weight.UnitClass}'; it must be one of {string.Join(", ", UnitClass.All)}.");
            return;
        }

        if (units[unitClass.Ordinal] is not null) checks.Fail("unit_class_twice", $"{field}.unitClass", $"`{field}.unitClass` names {unitClass} a second time.");
        var told = weight.WorkUnits.ToString(CultureInfo.InvariantCulture);
        if (weight.WorkUnits < 0) checks.Fail("weight_negative", $"{field}.workUnits", $"`{field}.workUnits` is {told}; it must not be negative.");
        else if (weight.WorkUnits > MaxWeight)
            checks.Fail("weight_implausible", $"{field}.workUnits", string.Create(CultureInfo.InvariantCulture, $"`{field}.workUnits` is {told}; at most {MaxWeight} is believed."));
        else if (decimal.Round(weight.WorkUnits, MaxDecimals) != weight.WorkUnits)
            checks.Fail("weight_too_fine", $"{field}.workUnits", $"`{field}.workUnits` has at most {MaxDecimals} decimals.");
        units[unitClass.Ordinal] = weight.WorkUnits;
    }
}

/// <param name="UnitClass">The class's name on the wire.</param>
/// <param name="WorkUnits">Of one token.</param>
public sealed record SetWorkWeight(string UnitClass, decimal WorkUnits);
