using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

/// <summary>A tenant's verdicts of one commit.</summary>
internal readonly record struct Tally(long Accepted, long Duplicates, long Conflicts);

/// <summary>What one commit writes, from its meters' records and what was decided of each; no effect of its own.</summary>
internal sealed class LedgerGroup
{
    private readonly List<FlushResult.Committed> results = [];
    private readonly Dictionary<string, List<UsageRecord>> streams = [];
    private readonly Dictionary<BucketKey, BucketChange> buckets = [];
    private readonly Dictionary<TenantId, Tally> tallies = [];
    private readonly List<PendingRecord> accepted = [];
    private readonly List<PendingRecord> conflicts = [];

    /// <param name="flushes">Whose meters may write.</param>
    /// <param name="outcomes">One per record, flush by flush.</param>
    /// <param name="versions">Of the streams before the commit.</param>
    public LedgerGroup(IReadOnlyList<MeterFlush> flushes, IReadOnlyList<RecordOutcome> outcomes, IReadOnlyDictionary<string, long> versions)
    {
        var next = 0;
        var added = new List<BucketChange>(flushes.Count);
        foreach (var flush in flushes) added.Add(Add(flush, outcomes, ref next));
        next = 0;
        for (var i = 0; i < flushes.Count; i++)
        {
            var own = new RecordOutcome[flushes[i].Records.Count];
            for (var r = 0; r < own.Length; r++) own[r] = outcomes[next++];
            results.Add(new FlushResult.Committed(own, Grown(flushes[i], versions), added[i].ToBucket()));
        }
    }

    /// <summary>Accepted records by stream, in the order of their acceptance.</summary>
    public IEnumerable<(string Stream, IReadOnlyList<UsageRecord> Records)> Streams => streams.Select(s => (s.Key, (IReadOnlyList<UsageRecord>)s.Value));

    public Dictionary<BucketKey, BucketChange> Buckets => buckets;

    /// <summary>Whose numbers the buckets need.</summary>
    public HashSet<SeriesKey> Series => buckets.Keys.Select(k => k.Series).ToHashSet();

    public IReadOnlyDictionary<TenantId, Tally> Tallies => tallies;

    public IReadOnlyList<PendingRecord> Accepted => accepted;

    public IReadOnlyList<PendingRecord> Conflicts => conflicts;

    /// <summary>One per flush.</summary>
    public IReadOnlyList<FlushResult.Committed> Results => results;

    /// <param name="versions">Of the streams before the commit.</param>
    /// <param name="recordedAt">Record time.</param>
    public LedgerEvents.Appended[] Events(Dictionary<string, long> versions, DateTimeOffset recordedAt) =>
        [.. streams.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new LedgerEvents.Appended(
            s.Key, versions.TryGetValue(s.Key, out var version) ? version : null, UsageRecorded.Pack(s.Value, recordedAt)))];

    private BucketChange Add(MeterFlush flush, IReadOnlyList<RecordOutcome> outcomes, ref int next)
    {
        var (counted, duplicates, refused) = (new List<UsageRecord>(flush.Records.Count), 0L, 0L);
        var added = new BucketChange();
        var lists = new List<UsageRecord>?[flush.Streams.Count];
        for (var i = 0; i < flush.Records.Count; i++)
        {
            switch (outcomes[next++])
            {
                case RecordOutcome.Accepted:
                    var record = flush.Records[i].Record;
                    counted.Add(record);
                    accepted.Add(flush.Records[i]);
                    added.Add(record, 1);
                    (lists[flush.StreamOf(i)] ??= ListOf(flush.Streams[flush.StreamOf(i)])).Add(record);
                    break;
                case RecordOutcome.Duplicate:
                    duplicates++;
                    break;
                case RecordOutcome.Conflict:
                    refused++;
                    conflicts.Add(flush.Records[i]);
                    break;
                case RecordOutcome.BackfillVoided:
                    break;
                default:
                    throw new InvalidOperationException($"Outcome {outcomes[next - 1]} is not known here.");
            }
        }

        BucketChange.Add(buckets, counted);
        var before = tallies.GetValueOrDefault(flush.Meter.Tenant);
        tallies[flush.Meter.Tenant] = new Tally(before.Accepted + counted.Count, before.Duplicates + duplicates, before.Conflicts + refused);
        return added;
    }

    private List<UsageRecord> ListOf(string stream) => streams.TryGetValue(stream, out var list) ? list : streams[stream] = [];

    private Dictionary<string, long> Grown(MeterFlush flush, IReadOnlyDictionary<string, long> versions)
    {
        var grown = new Dictionary<string, long>(flush.Streams.Count);
        foreach (var stream in flush.Streams)
        {
            var version = versions.GetValueOrDefault(stream) + (streams.ContainsKey(stream) ? 1 : 0);
            if (version > 0) grown[stream] = version;
        }

        return grown;
    }
}
