using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Simulation.Store;

/// <summary>What is on disk: the tables of the platform, changed by whole commits only.</summary>
internal sealed class Books(World world)
{
    public Dictionary<RecordKey, long> Keys { get; } = [];

    /// <summary>By id, in order of version.</summary>
    public Dictionary<string, List<UsageRecorded>> Streams { get; } = [];

    /// <summary>By tenant; per bucket and hour of record time.</summary>
    public Dictionary<TenantId, Dictionary<(BucketKey Key, int RecordedHour), Bucket>> Buckets { get; } = [];

    /// <summary>Records read, by verdict.</summary>
    public Dictionary<RecordOutcome, long> Tally { get; } = [];

    public long Refused { get; private set; }

    public HashSet<(RecordKey Key, long Content)> Conflicts { get; } = [];

    public AlertTable Alerts { get; } = new(world);

    public void AddRefused(int records) => Refused += records;

    public void Apply(Transaction transaction, LedgerWrite write)
    {
        foreach (var (key, content) in transaction.ClaimedKeys) Keys.TryAdd(key, content);
        foreach (var (stream, recorded) in write.Events)
        {
            if (!Streams.TryGetValue(stream, out var events)) Streams.Add(stream, events = []);
            else if (!transaction.LockedStreams.Contains(stream)) world.Oracle.Violated($"{stream} grew by one who did not know its version");
            events.Add(recorded);
            world.Trace.Mix(stream);
            world.Trace.Mix(recorded.Ids.Count);
        }

        for (var i = 0; i < write.Pending.Count; i++)
        {
            var outcome = write.Outcomes[i];
            Tally[outcome] = Tally.GetValueOrDefault(outcome) + 1;
            if (outcome == RecordOutcome.Conflict) Conflicts.Add((write.Pending[i].Digest.Key, write.Pending[i].Digest.Content));
        }

        var touched = world.Mutation == Mutation.BucketsWithoutTags ? Bucket.Fold(write.Accepted.Select(WithoutTags)) : Bucket.Fold(write.Accepted);
        if (world.Mutation == Mutation.BucketsAfterCommit)
        {
            world.Loop.After(TimeSpan.FromMilliseconds(20), () =>
            {
                if (!transaction.Owner.Over) AddBuckets(touched, write.RecordedAt);
            });
        }
        else
        {
            AddBuckets(touched, write.RecordedAt);
        }

        world.Oracle.Committed(write.Events);
    }

    public StreamState Read(Meter meter)
    {
        var prefix = MeterMonth.Prefix(meter);
        var (versions, records) = (new Dictionary<string, long>(), new Dictionary<string, int>());
        foreach (var (id, events) in Streams)
        {
            if (!id.StartsWith(prefix, StringComparison.Ordinal)) continue;
            versions[id] = events.Count;
            records[id] = events.Sum(e => e.Ids.Count);
        }

        return new StreamState(versions, records);
    }

    private static UsageRecord WithoutTags(UsageRecord record) => new()
    {
        Tenant = record.Tenant,
        Source = record.Source,
        Id = record.Id,
        Model = record.Model,
        Fleet = record.Fleet,
        OccurredAt = record.OccurredAt,
        Quantities = record.Quantities,
        Missing = record.Missing,
        Failed = record.Failed,
    };

    private void AddBuckets(Dictionary<BucketKey, Bucket> added, DateTimeOffset recordedAt)
    {
        var hour = QuarterHour.Holding(recordedAt).Hour;
        foreach (var (key, bucket) in added)
        {
            if (!Buckets.TryGetValue(key.Tenant, out var own)) Buckets.Add(key.Tenant, own = []);
            var row = own.GetValueOrDefault((key, hour), Bucket.Empty);
            own[(key, hour)] = new Bucket(
                row.Records + bucket.Records, row.Incomplete + bucket.Incomplete, row.Failed + bucket.Failed, row.Quantities + bucket.Quantities);
        }
    }
}
