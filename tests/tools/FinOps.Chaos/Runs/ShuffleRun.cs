using System.Diagnostics;
using System.Text.Json;
using FinOps.Chaos.Load;
using FinOps.Contracts;
using FinOps.Host.Publishing;

namespace FinOps.Chaos.Runs;

/// <summary>How one shuffled order of deliveries ended.</summary>
/// <param name="Seed">Decides the order.</param>
/// <param name="Deliveries">Sent, duplicates and conflicts included.</param>
/// <param name="Expected">By the first-arrival-wins rule.</param>
/// <param name="Answered">By the verdicts.</param>
/// <param name="Shown">By GraphQL: counted, input, output; duplicates and conflicts are those of the verdicts.</param>
/// <param name="Seconds">All of it.</param>
internal sealed record ShuffleResult(int Seed, int Deliveries, FirstArrivalWins Expected, FirstArrivalWins Answered, FirstArrivalWins Shown, double Seconds)
{
    public bool IsExact => Expected == Shown && Answered.Counted == Expected.Counted;
}

/// <summary>T2: deliveries in a shuffled order; lanes keep the order of each identity.</summary>
internal static class ShuffleRun
{
    private const string Question =
        "query($where: UsageFilter!) { unitCost(where: $where) { total { records tokens { inputTotal outputTotal } } } }";

    /// <param name="deliveries">As <see cref="Deliveries.Read"/> gives them.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="transport">The door.</param>
    /// <param name="ask">GraphQL: document and variables.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<ShuffleResult> RunAsync(
        IReadOnlyList<UsageRecord> deliveries, int seed, Func<IBatchTransport> transport, Func<string, object, Task<JsonElement>> ask,
        CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var arrivals = Load.Deliveries.Shuffled(deliveries, seed);
        var tally = new PublishTally();
        await using (var publisher = new LanedPublisher(
            16, 200, transport, new Redelivery(TimeSpan.FromMinutes(5), tally, TimeProvider.System), tally))
        {
            var head = new BatchHead("shuffle", Backfill: "shuffle");
            foreach (var record in arrivals)
            {
                tally.Read();
                await publisher.AddAsync(record, head, stop);
            }

            await publisher.CompleteAsync(stop);
        }

        var where = new { from = "2026-02-01T00:00Z", to = "2026-04-01T00:00Z", tenants = arrivals.Select(r => r.Tenant).Distinct() };
        var total = (await ask(Question, new { where })).GetProperty("unitCost").GetProperty("total");
        var (counts, tokens) = (tally.Counts, total.GetProperty("tokens"));
        var shown = new FirstArrivalWins(
            total.GetProperty("records").GetInt64(), counts.Duplicates, counts.Conflicts,
            tokens.GetProperty("inputTotal").GetInt64(), tokens.GetProperty("outputTotal").GetInt64());
        return new ShuffleResult(
            seed, arrivals.Count, Load.Deliveries.Recompute(arrivals), shown with { Counted = counts.Accepted }, shown,
            Math.Round(clock.Elapsed.TotalSeconds, 1));
    }
}
