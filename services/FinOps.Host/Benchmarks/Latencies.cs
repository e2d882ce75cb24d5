namespace FinOps.Host.Benchmarks;

/// <summary>How long each of many took, in milliseconds.</summary>
internal sealed class Latencies(IEnumerable<TimeSpan> taken)
{
    private readonly double[] sorted = [.. taken.Select(t => t.TotalMilliseconds).Order()];

    public int Count => sorted.Length;

    /// <param name="share">0.99 is the one that 1 % took longer than.</param>
    public double At(double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
