using System.Collections.Immutable;
using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>Where a budget alerts, in percent of its limit or in the measure's unit: ascending, distinct, above zero.</summary>
public sealed class Thresholds : IEquatable<Thresholds>
{
    public const int MaxCount = 10;

    public const decimal MaxPercent = 1_000m;

    /// <summary>With it and <see cref="BudgetRules.MaxAmount"/>, amount × percent is exact in a decimal.</summary>
    public const int MaxDecimals = 2;

    public static readonly Thresholds Usual = new([50m, 80m, 100m]);

    public static readonly Thresholds None = new([]);

    private Thresholds(ImmutableArray<decimal> values) => Values = values;

    public ImmutableArray<decimal> Values { get; }

    public bool IsNone => Values.IsEmpty;

    /// <param name="amounts">In the measure's unit; null and empty are none.</param>
    /// <param name="field">Whose flaws they are.</param>
    public static (Thresholds? Thresholds, IReadOnlyList<Rejection> Flaws) ReadAmounts(IReadOnlyList<decimal>? amounts, string field)
    {
        var flaws = new List<Rejection>();
        if (amounts is not { Count: > 0 }) return (None, flaws);
        if (amounts.Count > MaxCount) flaws.Add(new Rejection("thresholds_too_many", field, $"A budget has at most {MaxCount} thresholds."));
        if (amounts.Any(a => a is <= 0 or > BudgetRules.MaxAmount))
            flaws.Add(new Rejection("threshold_out_of_range", field, $"A threshold lies above 0 and is at most {BudgetRules.MaxAmount:0}."));
        if (amounts.Any(a => decimal.Round(a, BudgetRules.MaxDecimals) != a))
            flaws.Add(new Rejection("threshold_too_fine", field, $"A threshold has at most {BudgetRules.MaxDecimals} decimals."));
        if (amounts.Zip(amounts.Skip(1)).Any(pair => pair.First >= pair.Second))
            flaws.Add(new Rejection("thresholds_not_ascending", field, "Thresholds ascend, and none is named twice."));
        return flaws.Count > 0 ? (null, flaws) : (new Thresholds([.. amounts.Select(WithoutTrailingZeros)]), flaws);
    }

    /// <param name="percents">Of the limit.</param>
    /// <param name="field">Whose flaws they are.</param>
    public static (Thresholds? Thresholds, IReadOnlyList<Rejection> Flaws) Read(IReadOnlyList<decimal> percents, string field = "thresholds")
    {
        var flaws = new List<Rejection>();
        if (percents.Count == 0) flaws.Add(new Rejection("thresholds_missing", field, "Name at least one threshold, for example 80."));
        if (percents.Count > MaxCount) flaws.Add(new Rejection("thresholds_too_many", field, $"A budget has at most {MaxCount} thresholds."));
        if (percents.Any(p => p is <= 0 or > MaxPercent))
            flaws.Add(new Rejection("threshold_out_of_range", field, $"A threshold lies above 0 and is at most {MaxPercent:0} percent."));
        if (percents.Any(p => decimal.Round(p, MaxDecimals) != p))
            flaws.Add(new Rejection("threshold_too_fine", field, $"A threshold has at most {MaxDecimals} decimals."));
        if (percents.Zip(percents.Skip(1)).Any(pair => pair.First >= pair.Second))
            flaws.Add(new Rejection("thresholds_not_ascending", field, "Thresholds ascend, and none is named twice."));
        return flaws.Count > 0 ? (null, flaws) : (new Thresholds([.. percents.Select(WithoutTrailingZeros)]), flaws);
    }

    public bool Equals(Thresholds? other) => other is not null && Values.SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as Thresholds);

    public override int GetHashCode() => Values.Aggregate(0, HashCode.Combine);

    public override string ToString() => string.Join(", ", Values);

    // 80 and 80.00 are one threshold, so they must read the same in an alert's id.
    private static decimal WithoutTrailingZeros(decimal percent) => percent / 1.0000000000000000000000000000m;
}
