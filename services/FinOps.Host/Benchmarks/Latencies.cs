namespace FinOps.Host.Benchmarks;

/// <summary>How long each of many took, in milliseconds.</summary>
internal sealed class Latencies(IEnumerable<TimeSpan> taken)
{
    private readonly double[] sorted = [.. taken.Select(t => t.TotalMilliseconds).Order()];

    public int Count => sorted.Length;

    /// <param name="share">0.99 is the one that 1 % took longer than.</param>
    public double At(double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];

    /// <summary>The median round's 99th percentile beside the baseline's.</summary>
    public static Measurement P99(string name, IReadOnlyList<Latencies> ours, IReadOnlyList<Latencies> theirs, string how) => Measurement.Of(
        name, Median(ours, 0.99), "ms", Median(theirs, 0.99),
        $"{how}; the median round's 99th percentile; half are answered within {Median(ours, 0.5):0.0} ms, baseline {Median(theirs, 0.5):0.0} ms");

    private static double Median(IReadOnlyList<Latencies> rounds, double share) => rounds.Select(r => r.At(share)).Order().ElementAt(rounds.Count / 2);
}
