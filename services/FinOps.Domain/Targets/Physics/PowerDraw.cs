namespace FinOps.Domain.Targets.Physics;

/// <summary>What a chip draws, by what it does. The shares are from makers' and operators' published curves, not fitted here.</summary>
public static class PowerDraw
{
    /// <summary>Of the design power: a chip with a model loaded that waits.</summary>
    public const double WaitingShare = 0.25;

    /// <summary>Of the design power, on top, at full memory bandwidth.</summary>
    public const double MemoryShare = 0.40;

    /// <summary>Of the design power, on top, at full arithmetic.</summary>
    public const double ArithmeticShare = 0.75;

    /// <returns>Watts: never more than the cap.</returns>
    public static double Watts(double designWatts, double? capWatts, double bandwidthShare, double flopsShare) => Math.Min(
        Math.Min(designWatts, capWatts ?? designWatts),
        designWatts * (WaitingShare + MemoryShare * bandwidthShare + ArithmeticShare * flopsShare));

    /// <summary>The arithmetic clock under a cap, as a share of the full one: power grows with the square of the clock where products are taken.</summary>
    public static double ClockUnder(double capWatts, double designWatts) => Math.Sqrt(capWatts / designWatts);
}
