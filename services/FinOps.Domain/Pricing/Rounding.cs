using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>Where a digit is dropped, which way.</summary>
public enum RoundingMode
{
    /// <summary>To the nearest; of two as near, to the even one.</summary>
    HalfEven,

    /// <summary>To the nearest; of two as near, to the higher one.</summary>
    HalfUp,

    /// <summary>To the higher one.</summary>
    Up,
}

/// <summary>How a charge is rounded where it is shown rounded: once, from the exact figure. At rest charges are never rounded.</summary>
/// <param name="Decimals">0 to 12.</param>
/// <param name="Mode">Which way.</param>
public sealed record Rounding(int Decimals, RoundingMode Mode)
{
    public const int MaxDecimals = 12;

    /// <summary>A charge is not negative, so up is away from zero.</summary>
    public decimal Of(decimal charge) => decimal.Round(charge, Decimals, Mode switch
    {
        RoundingMode.HalfEven => MidpointRounding.ToEven,
        RoundingMode.HalfUp => MidpointRounding.AwayFromZero,
        RoundingMode.Up => MidpointRounding.ToPositiveInfinity,
        _ => throw new InvalidOperationException($"Mode {Mode} rounds nothing."),
    });

    internal void Check(Checks checks)
    {
        if (Decimals is < 0 or > MaxDecimals)
            checks.Fail("decimals_invalid", "rounding.decimals", $"`rounding.decimals` is {Decimals}; it lies between 0 and {MaxDecimals}.");
        if (!Enum.IsDefined(Mode))
            checks.Fail("mode_unknown", "rounding.mode", "`rounding.mode` must be one of HALF_EVEN, HALF_UP and UP.");
    }
}
