using FinOps.Simulation.Time;

namespace FinOps.Simulation;

/// <summary>
/// Decides what goes wrong when, and counts it. Each seed leaves some kinds out and raises or lowers the rest, because rare combinations
/// show only where common faults do not hide them.
/// </summary>
internal sealed class Faults(Dice dice)
{
    public static readonly IReadOnlyList<Fault> Kinds = Enum.GetValues<Fault>();

    private readonly long[] occurred = new long[Kinds.Count];
    private readonly double[] weights = [.. Kinds.Select(_ => dice.Chance(0.25) ? 0 : dice.Of(Intensities))];

    private static readonly double[] Intensities = [0.3, 1, 1, 3];

    /// <summary>False once the run drains: the world heals.</summary>
    public bool Active { get; set; } = true;

    public IReadOnlyList<long> Occurred => occurred;

    /// <returns>Whether the fault happens here and now.</returns>
    public bool Strike(Fault fault, double probability)
    {
        // The dice are thrown in any case, so that one fault's being off leaves the others where they were.
        var hit = dice.Chance(probability * weights[(int)fault]);
        if (!hit || !Active) return false;
        occurred[(int)fault]++;
        return true;
    }

    public void Count(Fault fault) => occurred[(int)fault]++;
}
