namespace FinOps.Simulation.Time;

/// <summary>A hash over all that happened, in order: two runs of one seed must agree in it.</summary>
internal sealed class Trace
{
    public ulong Hash { get; private set; } = 14695981039346656037;

    public void Mix(long value) =>
        Hash = unchecked((ulong.RotateLeft(Hash, 23) ^ (ulong)value) * 0x9E3779B97F4A7C15);

    // Not string.GetHashCode, which differs from process to process.
    public void Mix(string text)
    {
        foreach (var character in text) Mix(character);
    }
}
