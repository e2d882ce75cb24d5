using System.Collections.Immutable;
using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>Where a budget alerts, in percent of its amount: ascending, distinct, above zero.</summary>
public sealed class Thresholds : IEquatable<Thresholds>
{
    public const int MaxCount = 10;

    public const decimal MaxPercent = 1_000m;

    /// <summary>With it and <see cref="BudgetRules.MaxAmount"/>, amount × percent is exact in a decimal.</summary>
    public const int MaxDecimals = 2;

    public static readonly Thresholds Usual = new([50m, 80m, 100m]);

    private Thresholds(ImmutableArray<decimal> percents) => Percents = percents;

    public ImmutableArray<decimal> Percents { get; }

    public static (Thresholds? Thresholds, IReadOnlyList<Rejection> Flaws) Read(IReadOnlyList<decimal> percents)
    {
        var flaws = new List<Rejection>();
        if (percents.Count == 0) flaws.Add(Flaw("thresholds_missing", "Name at least one threshold, for example 80."));
        if (percents.Count > MaxCount) flaws.Add(Flaw("thresholds_too_many", $"A budget has at most {MaxCount} thresholds."));
        if (percents.Any(p => p is <= 0 or > MaxPercent))
            flaws.Add(Flaw("threshold_out_of_range", $"A threshold lies above 0 and is at most {MaxPercent:0} percent."));
        if (percents.Any(p => decimal.Round(p, MaxDecimals) != p))
            flaws.Add(Flaw("threshold_too_fine", $"A threshold has at most {MaxDecimals} decimals."));
        if (percents.Zip(percents.Skip(1)).Any(pair => pair.First >= pair.Second))
            flaws.Add(Flaw("thresholds_not_ascending", "Thresholds ascend, and none is named twice."));
        return flaws.Count > 0 ? (null, flaws) : (new Thresholds([.. percents.Select(WithoutTrailingZeros)]), flaws);
    }

    public bool Equals(Thresholds? other) => other is not null && Percents.SequenceEqual(other.Percents);

    public override bool Equals(object? obj) => Equals(obj as Thresholds);

    public override int GetHashCode() => Percents.Aggregate(0, HashCode.Combine);

    public override string ToString() => string.Join(", ", Percents);

    private static Rejection Flaw(string code, string message) => new(code, "thresholds", message);

    // 80 and 80.00 are one threshold, so they must read the same in an alert's id.
    private static decimal WithoutTrailingZeros(decimal percent) => percent / 1.0000000000000000000000000000m;
}
