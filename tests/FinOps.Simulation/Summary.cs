using System.Text.Json;

namespace FinOps.Simulation;

/// <summary>What many seeds came to.</summary>
internal sealed class Summary
{
    private readonly long[] occurred = new long[Faults.Kinds.Count];
    private readonly long[] told = new long[4];
    private int seeds;
    private long counted;
    private long steps;

    public IReadOnlyList<long> Occurred => occurred;

    public IReadOnlyList<long> Told => told;

    public void Add(Outcome outcome)
    {
        seeds++;
        counted += outcome.Counted;
        steps += outcome.Steps;
        for (var i = 0; i < occurred.Length; i++) occurred[i] += outcome.Occurred[i];
        for (var i = 0; i < told.Length; i++) told[i] += outcome.Told[i];
    }

    /// <summary>Only for seeds that all held: then nothing was lost or counted twice.</summary>
    public string Json(int from, int records, TimeSpan took) => JsonSerializer.Serialize(new
    {
        simulation = new
        {
            from,
            seeds,
            records,
            seconds = Math.Round(took.TotalSeconds, 1),
            seedsPerSecond = Math.Round(seeds / took.TotalSeconds, 1),
            steps,
            recordsSent = (long)seeds * records,
            counted,
            lost = 0,
            twice = 0,
            verdicts = new { accepted = told[0], duplicate = told[1], conflict = told[2], quarantined = told[3] },
            faults = Faults.Kinds.ToDictionary(f => f.ToString(), f => occurred[(int)f]),
        },
    });
}
