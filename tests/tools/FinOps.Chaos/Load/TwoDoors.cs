using FinOps.Contracts;
using FinOps.Host.Publishing;

namespace FinOps.Chaos.Load;

/// <summary>
/// Sends every record through one door or the other, and some of them once more, later, through either: a duplicate may meet its original
/// in another lane of another process. Each door has its own sender, so that one that is shut does not stop the other.
/// </summary>
internal sealed class TwoDoors
{
    private const int LanesPerDoor = 16;
    private const int RecordsPerBatch = 100;
    private const double ShareOfHttp = 0.35;

    /// <summary>How many records may lie between a record and its duplicate.</summary>
    private const int Delay = 40_000;

    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(15);
    private static readonly BatchHead Head = new("chaos", Backfill: "chaos");

    private readonly Door bus;
    private readonly Door http;

    public TwoDoors(IReadOnlyList<UsageRecord> records, int duplicates, int seed, Func<IBatchTransport> bus, Func<IBatchTransport> http)
    {
        var random = new Random(seed);
        var sent = new List<(long At, bool IsHttp, UsageRecord Record)>(records.Count + duplicates);
        for (var i = 0; i < records.Count; i++) sent.Add((i, random.NextDouble() < ShareOfHttp, records[i]));
        for (var i = 0; i < duplicates; i++)
        {
            var of = random.Next(records.Count);
            sent.Add((of + 1 + random.Next(Delay), random.NextDouble() < ShareOfHttp, records[of]));
        }

        Total = sent.Count;
        sent = [.. sent.OrderBy(s => s.At)];
        this.bus = new Door([.. sent.Where(s => !s.IsHttp).Select(s => s.Record)], bus);
        this.http = new Door([.. sent.Where(s => s.IsHttp).Select(s => s.Record)], http);
    }

    /// <summary>Records to send, duplicates included.</summary>
    public long Total { get; }

    public long Answered => bus.Tally.Counts.Answered + http.Tally.Counts.Answered;

    public double Share => (double)Answered / Total;

    public long Accepted => bus.Tally.Counts.Accepted + http.Tally.Counts.Accepted;

    public bool IsDone => Answered == Total;

    /// <summary>How often a batch was sent again.</summary>
    public long Resent => bus.Tally.Troubles.Resent + http.Tally.Troubles.Resent;

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(bus.RunAsync(stop), http.RunAsync(stop));

    /// <returns>Whether each door that has something left to do has had an answer since.</returns>
    public Func<bool> BothMove()
    {
        var (busThen, httpThen) = (bus.Tally.Counts.Answered, http.Tally.Counts.Answered);
        return () => (bus.IsDone || bus.Tally.Counts.Answered > busThen) && (http.IsDone || http.Tally.Counts.Answered > httpThen);
    }

    public override string ToString()
    {
        var trouble = bus.Tally.Troubles.Trouble ?? http.Tally.Troubles.Trouble;
        return $"{Answered:N0} of {Total:N0} answered, {Accepted:N0} accepted, {Resent:N0} sent again{(trouble is null ? "" : $"; {trouble}")}";
    }

    private sealed class Door(IReadOnlyList<UsageRecord> records, Func<IBatchTransport> transport)
    {
        public PublishTally Tally { get; } = new();

        public bool IsDone => Tally.Counts.Answered == records.Count;

        public async Task RunAsync(CancellationToken stop)
        {
            await using var publisher = new LanedPublisher(
                LanesPerDoor, RecordsPerBatch, transport, new Redelivery(GiveUpAfter, Tally, TimeProvider.System), Tally);
            foreach (var record in records)
            {
                Tally.Read();
                await publisher.AddAsync(record, Head, stop);
            }

            await publisher.CompleteAsync(stop);
        }
    }
}
