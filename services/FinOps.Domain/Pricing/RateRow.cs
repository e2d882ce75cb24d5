using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>What a row of a card is for. A card has at most one row of a key.</summary>
/// <param name="Class">What is counted.</param>
/// <param name="ContextAboveTokens">One of <see cref="RateClass.ContextBoundaries"/>; 0 is any record.</param>
/// <param name="Tier">Of the call.</param>
/// <param name="VolumeAboveUnits">The units of a month beyond so many; 0 is from the first.</param>
public readonly record struct RateKey(UnitClass Class, int ContextAboveTokens, ServiceTier Tier, long VolumeAboveUnits) : IComparable<RateKey>
{
    /// <summary>For any record, of the standard tier, from the first unit.</summary>
    public bool IsBase => ContextAboveTokens == 0 && Tier == ServiceTier.Standard && VolumeAboveUnits == 0;

    public int CompareTo(RateKey other) =>
        (Class.Ordinal, Tier, ContextAboveTokens, VolumeAboveUnits)
            .CompareTo((other.Class.Ordinal, other.Tier, other.ContextAboveTokens, other.VolumeAboveUnits));

    public static bool operator <(RateKey left, RateKey right) => left.CompareTo(right) < 0;

    public static bool operator <=(RateKey left, RateKey right) => left.CompareTo(right) <= 0;

    public static bool operator >(RateKey left, RateKey right) => left.CompareTo(right) > 0;

    public static bool operator >=(RateKey left, RateKey right) => left.CompareTo(right) >= 0;
}

/// <summary>One rate of a card, as it was set.</summary>
public sealed record RateRow(RateKey Key, Rate Rate);
