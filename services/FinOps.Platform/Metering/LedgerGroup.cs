using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

/// <summary>A tenant's verdicts of one commit.</summary>
internal readonly record struct Tally(long Accepted, long Duplicates, long Conflicts);

/// <summary>What one commit writes, from its flushes' records and what was decided of each; no effect of its own.</summary>
internal sealed class LedgerGroup
{
    private readonly IReadOnlyList<MeterFlush> flushes;
    private readonly FlushResult.Committed[] results;
    private readonly Dictionary<Meter, Growth> grown = [];
    private readonly Dictionary<string, List<UsageRecord>> streams = [];
    private readonly Dictionary<BucketKey, BucketChange> buckets = [];
    private readonly Dictionary<TenantId, Tally> tallies = [];
    private readonly List<PendingRecord> accepted = [];
    private readonly List<PendingRecord> conflicts = [];

    /// <param name="flushes">Whose meters may write.</param>
    /// <param name="outcomes">One per record, flush by flush.</param>
    public LedgerGroup(IReadOnlyList<MeterFlush> flushes, RecordOutcome[] outcomes)
    {
        this.flushes = flushes;
        results = new FlushResult.Committed[flushes.Count];
        var next = 0;
        for (var i = 0; i < results.Length; i++)
        {
            var flush = flushes[i];
            if (!grown.TryGetValue(flush.Meter, out var growth)) grown[flush.Meter] = growth = new Growth(flush.Belief);
            growth.IsShared |= flush.Belief != growth.Of;
            var own = outcomes.AsSpan(next, flush.Records.Count).ToArray();
            next += own.Length;
            results[i] = new FlushResult.Committed(own, growth);
            Add(flush, own, growth);
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

    /// <param name="recordedAt">Record time.</param>
    public LedgerEvents.Appended[] Events(DateTimeOffset recordedAt) =>
        [.. streams.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new LedgerEvents.Appended(s.Key, LedgerEvents.Json(UsageRecorded.Pack(s.Value, recordedAt))))];

    /// <param name="versions">Of the streams before the commit.</param>
    /// <returns>One per flush, once it has committed.</returns>
    public IReadOnlyList<FlushResult.Committed> Results(Dictionary<string, long> versions)
    {
        foreach (var flush in flushes)
        {
            foreach (var stream in flush.Streams)
            {
                var version = versions.GetValueOrDefault(stream) + (streams.ContainsKey(stream) ? 1 : 0);
                if (version > 0) grown[flush.Meter].Versions[stream] = version;
            }
        }

        return results;
    }

    private void Add(MeterFlush flush, RecordOutcome[] outcomes, Growth growth)
    {
        var (duplicates, refused, before) = (0L, 0L, accepted.Count);
        for (var i = 0; i < outcomes.Length; i++)
        {
            switch (outcomes[i])
            {
                case RecordOutcome.Accepted:
                    Accept(flush, i, growth);
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
                    throw new InvalidOperationException($"Outcome {outcomes[i]} is not known here.");
            }
        }

        var tally = tallies.GetValueOrDefault(flush.Meter.Tenant);
        tallies[flush.Meter.Tenant] = new Tally(tally.Accepted + accepted.Count - before, tally.Duplicates + duplicates, tally.Conflicts + refused);
    }

    private void Accept(MeterFlush flush, int place, Growth growth)
    {
        var record = flush.Records[place].Record;
        accepted.Add(flush.Records[place]);
        growth.Added.Add(record, 1);
        BucketChange.Add(buckets, record, 1);
        var stream = flush.Streams[flush.StreamOf(place)];
        if (!streams.TryGetValue(stream, out var list)) streams[stream] = list = [];
        list.Add(record);
    }
}

/// <summary>What a commit made of one meter's streams and totals.</summary>
/// <param name="of">The belief of the activation that wrote it.</param>
internal sealed class Growth(MeterBelief of)
{
    public MeterBelief Of => of;

    /// <summary>Two activations of the meter wrote in one commit: neither knows what the other had read before.</summary>
    public bool IsShared { get; set; }

    /// <summary>By stream, after the commit: of those that its flushes named and that exist.</summary>
    public Dictionary<string, long> Versions { get; } = [];

    public BucketChange Added { get; } = new();
}
