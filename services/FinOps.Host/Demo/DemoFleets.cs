using FinOps.Contracts;

namespace FinOps.Host.Demo;

/// <summary>What the demo's fleets had in any quarter-hour: a pure function of it, so that a demo that starts again reports what it reported before.</summary>
internal static class DemoFleets
{
    public const int QuarterSeconds = 900;

    /// <summary>Work units that one accelerator could do in an hour, chosen by hand: the default load fills about half of it.</summary>
    private static readonly (string Fleet, string Accelerator, decimal CapacityPerHour, Func<int, int, (string State, decimal Count)[]> States)[] All =
    [
        // Twice a day a replica is exchanged: it drains, then another warms up.
        ("h100-east", "h100-sxm", 72_000_000m, (hour, quarter) => (hour % 12, quarter) switch
        {
            (5, 0) => [("serving", 6), ("draining", 2)],
            (5, 1) => [("serving", 6), ("warm-up", 2)],
            _ => [("serving", 8)],
        }),
        // By night a replica has its weights loaded and gets nothing.
        ("h200-west", "h200-sxm", 60_000_000m, (hour, _) => hour < 6 ? [("serving", 4), ("loaded", 4)] : [("serving", 8)]),
        ("l40s-lab", "l40s", 18_000_000m, (_, _) => [("serving", 1), ("loaded", 1), ("unplaced", 2)]),
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
