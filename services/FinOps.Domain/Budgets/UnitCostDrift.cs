using System.Globalization;

namespace FinOps.Domain.Budgets;

/// <summary>What a million tokens of a budget's scope cost in a stretch of time, and how idle its fleets were.</summary>
/// <param name="PerMillion">Null without tokens whose cost is known.</param>
/// <param name="TargetPerMillion">Null without a target.</param>
/// <param name="IdleShare">The part of the fleets' cost that no work used, 0 to 1; null without cost.</param>
public sealed record UnitCostSeen(decimal? PerMillion, decimal? TargetPerMillion, decimal? IdleShare);

/// <summary>How a unit cost moved against its own past and its target, and what moved with it.</summary>
/// <param name="Before">The week before.</param>
/// <param name="Now">The last whole day.</param>
public sealed record UnitCostDrift(UnitCostSeen Before, UnitCostSeen Now)
{
    /// <summary>The largest cause of the gap between the day and its target, as the variance report words it; null where it knows none.</summary>
    public string? GapCause { get; init; }

    // Below it the idle share explains nothing.
    private const decimal IdleMoved = 0.02m;

    /// <summary>Against the week before; null where one of the two is not known, or was nothing.</summary>
    public decimal? Percent => Against(Before.PerMillion);

    /// <summary>Against the target of the day.</summary>
    public decimal? PercentOfTarget => Against(Now.TargetPerMillion);

    /// <summary>In a sentence for people; null where nothing can be compared.</summary>
    public string? Cause
    {
        get
        {
            if (Percent is not { } percent) return null;
            var target = PercentOfTarget is { } over ? $" ({Signed(over)} against its target)" : "";
            var idle = (Before.IdleShare, Now.IdleShare) is ({ } was, { } isNow)
                ? Math.Abs(isNow - was) >= IdleMoved ? $": idle share {Share(was)} → {Share(isNow)} %" : $": idle share unchanged at {Share(isNow)} %, so what serves costs more or yields less"
                : "";
            return $"cost per token {Signed(percent)}{target}{idle}";
        }
    }

    /// <summary>Why the day lies off its target, in a sentence for people; null where there is none.</summary>
    public string? TargetCause => PercentOfTarget is not { } percent ? null
        : $"cost per token {Signed(percent)} {(percent < 0 ? "below" : "above")} its target{(GapCause is { } cause ? $"; {cause}" : Now.IdleShare is { } idle ? $"; its fleets were idle {Share(idle)} %" : "")}";

    private decimal? Against(decimal? other) =>
        Now.PerMillion is { } now && other is > 0 and { } before ? decimal.Round((now - before) * 100m / before, 2) : null;

    private static string Signed(decimal percent) =>
        string.Create(CultureInfo.InvariantCulture, $"{(percent < 0 ? "−" : "+")}{Math.Abs(decimal.Round(percent)):0} %");

    private static string Share(decimal share) => decimal.Round(share * 100m).ToString("0", CultureInfo.InvariantCulture);
}
