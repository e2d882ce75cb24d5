using System.Globalization;

namespace FinOps.Host.Benchmarks;

/// <summary>Ours and the baseline in turn, several times: a machine that is slow for a while is slow for both.</summary>
internal static class PairedRounds
{
    private const int Rounds = 3;

    /// <param name="name">Of the benchmark.</param>
    /// <param name="unit">Of value and baseline.</param>
    /// <param name="how">What was measured.</param>
    /// <param name="measure">One round: ours and the baseline.</param>
    /// <returns>The round whose ratio is the median, with all ratios told.</returns>
    public static async Task<Measurement> MeasureAsync(string name, string unit, string how, Func<Task<(double Ours, double Baseline)>> measure)
    {
        var rounds = new List<(double Ours, double Baseline)>();
        for (var i = 0; i < Rounds; i++) rounds.Add(await measure());
        rounds.Sort((a, b) => (a.Ours / a.Baseline).CompareTo(b.Ours / b.Baseline));
        var (ours, baseline) = rounds[Rounds / 2];
        var ratios = string.Join(", ", rounds.Select(r => (r.Ours / r.Baseline).ToString("0.00", CultureInfo.InvariantCulture)));
        return Measurement.Of(name, ours, unit, baseline, $"{how}; the median of {Rounds} rounds with the ratios {ratios}");
    }
}
