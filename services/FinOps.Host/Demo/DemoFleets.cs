using FinOps.Contracts;

namespace FinOps.Host.Demo;

/// <summary>What the demo's fleets had in any quarter-hour: a pure function of it, so that a demo that starts again reports what it reported before.</summary>
internal static class DemoFleets
{
    public const int QuarterSeconds = 900;

    /// <summary>
    /// Work units that one accelerator could do in an hour: near what the fleets' targets say, so that what stands idle is the gap and not what busy
    /// ones do.
    /// </summary>
    private static readonly (string Fleet, string Accelerator, decimal CapacityPerHour, Func<int, int, (string State, decimal Count)[]> States)[] All =
    [
        // Twice a day a replica is exchanged: it drains, then another warms up.
        ("h100-east", "h100-sxm", 48_000_000m, (hour, quarter) => (hour % 12, quarter) switch
        {
            (5, 0) => [("serving", 12), ("draining", 4)],
            (5, 1) => [("serving", 12), ("warm-up", 4)],
            _ => [("serving", 16)],
        }),
        // By night a replica has its weights loaded and gets nothing.
        ("h200-west", "h200-sxm", 10_000_000m, (hour, _) => hour < 6 ? [("serving", 8), ("loaded", 8)] : [("serving", 16)]),
        ("l40s-lab", "l40s", 35_000_000m, (_, _) => [("serving", 1), ("loaded", 1), ("unplaced", 2)]),
    ];

    /// <param name="unixSecond">Start of the quarter-hour.</param>
    public static IEnumerable<FleetReported> Quarter(long unixSecond)
    {
        var from = DateTimeOffset.FromUnixTimeSeconds(unixSecond);
        return All.SelectMany(fleet => fleet.States(from.Hour, from.Minute / 15).Select(state => new FleetReported
        {
            Fleet = fleet.Fleet,
            From = from,
            To = from.AddSeconds(QuarterSeconds),
            Accelerator = fleet.Accelerator,
            Count = state.Count,
            State = state.State,
            CapacityWorkUnits = state.State is "serving" or "loaded" ? state.Count * fleet.CapacityPerHour / 4 : null,
        }));
    }
}

/// <summary>Reports the demo's fleets. What the host did not take is kept for the next time: a demo outlives the host's restarts.</summary>
internal sealed class DemoFleetReports(HttpClient client, Action<string> complain)
{
    // More than a day of waiting: the newest tell enough.
    private const int Kept = 1_000;

    private readonly List<FleetReported> waiting = [];

    /// <param name="unixSecond">The quarter-hour that ends there is reported; at other seconds nothing is.</param>
    /// <param name="stop">Stops it.</param>
    public async Task EndOfAsync(long unixSecond, CancellationToken stop)
    {
        if (unixSecond % DemoFleets.QuarterSeconds != 0) return;
        waiting.AddRange(DemoFleets.Quarter(unixSecond - DemoFleets.QuarterSeconds));
        if (waiting.Count > Kept) waiting.RemoveRange(0, waiting.Count - Kept);
        try
        {
            var refused = (await Commands.ReportFleets.SendAsync(client, waiting, stop)).SelectMany(v => v.Flaws).FirstOrDefault();
            if (refused is not null) complain($"a report of a fleet was refused: {refused.Message}");
            waiting.Clear();
        }
        catch (Exception trouble) when (trouble is HttpRequestException || (trouble is OperationCanceledException && !stop.IsCancellationRequested))
        {
            complain($"reports of fleets wait for the host: {trouble.Message}");
        }
    }
}
