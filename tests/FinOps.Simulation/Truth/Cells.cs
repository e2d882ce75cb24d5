using FinOps.Domain.Metering;
using FinOps.Simulation.Load;

namespace FinOps.Simulation.Truth;

/// <summary>A sum's place: quarter-hour of event time, hour of record time, both counted from the epoch.</summary>
internal readonly record struct Cell(
    string Tenant, string Model, string Fleet, string RateClass, string Tags, long Quarter, long RecordedHour)
{
    public static Cell Of(BucketKey key, int recordedHour) =>
        new(key.Tenant.Value, key.Model.Value, key.Fleet, key.RateClass.Text, key.Tags, key.Slot.Index, recordedHour);
}

/// <summary>What the buckets must hold, summed from facts by plain arithmetic of its own.</summary>
internal sealed class Cells
{
    private readonly Dictionary<Cell, Sum> sums = [];

    public int Count => sums.Count;

    public Cell Add(Facts facts, long recordedTicks)
    {
        var cell = new Cell(
            facts.Identity.Tenant, facts.Model, facts.Fleet ?? "", Apart.RateClass(facts), Apart.Tags(facts),
            Since1970(facts.OccurredTicks) / (15 * TimeSpan.TicksPerMinute), HourOf(recordedTicks));
        if (!sums.TryGetValue(cell, out var sum)) sums.Add(cell, sum = new Sum());
        sum.Add(facts);
        return cell;
    }

    public bool Match(Cell cell, Bucket bucket) => sums.TryGetValue(cell, out var sum) && sum.Matches(bucket);

    public string Text(Cell cell) => sums.TryGetValue(cell, out var sum) ? sum.ToString() : "nothing";

    public static long HourOf(long ticks) => Since1970(ticks) / TimeSpan.TicksPerHour;

    private static long Since1970(long ticks) => ticks - DateTime.UnixEpoch.Ticks;

    private sealed class Sum
    {
        private readonly long[] quantities = new long[10];
        private long records;
        private long incomplete;
        private long failed;

        public void Add(Facts facts)
        {
            records++;
            if (facts.Failed) failed++;
            var isIncomplete = false;
            for (var i = 0; i < quantities.Length; i++)
            {
                quantities[i] += facts.Quantities[i] ?? 0;
                isIncomplete |= facts.Quantities[i] is null;
            }

            if (isIncomplete) incomplete++;
        }

        public bool Matches(Bucket bucket) =>
            bucket.Records == records && bucket.Incomplete == incomplete && bucket.Failed == failed
            && bucket.Quantities.AsSpan().SequenceEqual(quantities);

        public override string ToString() => $"{records} records, {string.Join(' ', quantities)}";
    }
}
