using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Simulation.Load;
using FinOps.Simulation.Store;

namespace FinOps.Simulation.Truth;

/// <summary>
/// Knows what was sent and what stands in the books, in its own words, and checks each commit, each answer and each alert as it happens.
/// Corrections (void, amend) would come in here beside <see cref="Committed"/>: facts that take a counted identity out again.
/// </summary>
internal sealed class Oracle(World world)
{
    private readonly Dictionary<Identity, List<Facts>> sent = [];
    private readonly HashSet<string> alerted = [];

    /// <summary>What must hold and did not, the first first.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>By identity: what was counted, once and for ever, and when it was recorded.</summary>
    public Dictionary<Identity, (Facts Facts, DateTimeOffset RecordedAt)> Counted { get; } = [];

    public Cells Cells { get; } = new();

    public Answers Answers { get; } = new(world);

    public void Violated(string what) => Violations.Add(what);

    public void Sent(Batch batch)
    {
        Answers.Expect(batch);
        foreach (var facts in batch.Records.Select(r => r.Facts))
        {
            if (!sent.TryGetValue(facts.Identity, out var contents)) sent.Add(facts.Identity, contents = []);
            if (!contents.Exists(c => c.SaysTheSameAs(facts))) contents.Add(facts);
        }
    }

    /// <summary>Invariant 1 and 3, and that an hour of record time that has settled changes no more.</summary>
    public void Committed(IReadOnlyList<(string Stream, UsageRecorded Event)> events)
    {
        var touched = new HashSet<Cell>();
        foreach (var (_, stored) in events)
        {
            var settled = new DateTimeOffset((Cells.HourOf(stored.RecordedAt.UtcTicks) + 1) * TimeSpan.TicksPerHour, TimeSpan.Zero)
                .AddTicks(DateTime.UnixEpoch.Ticks) + Sizes.HourSettles;
            if (world.Loop.Now > settled) Violated($"at {world.Loop.Now:o} a commit changed what was reported as of {stored.RecordedAt:o}");
            foreach (var record in stored.Unpack()) touched.Add(Count(record, stored.RecordedAt));
        }

        foreach (var cell in touched) world.Audit.Check(cell);
    }

    public void Answered(Batch batch, Verdict[] verdicts, DateTimeOffset decidedAt) => Answers.Check(batch, verdicts, decidedAt);

    /// <summary>What an activation believes of the streams that it has just written.</summary>
    public void Believed(StreamState state, IEnumerable<string> streams)
    {
        foreach (var stream in streams)
        {
            var events = world.Books.Streams[stream];
            var records = events.Take((int)state.Versions[stream]).Sum(e => e.Ids.Count);
            if (state.Records[stream] != records)
                Violated($"a meter believes that {stream} holds {state.Records[stream]} records at version {state.Versions[stream]}; it holds {records}");
        }
    }

    /// <summary>Invariant 8.</summary>
    public void Alerted(string id, ThresholdCrossed crossing)
    {
        if (!alerted.Add(id)) Violated($"{id} was raised a second time");
        var spend = Bill.Of(this, crossing.Tenant.Value, crossing.Period.From);
        if (spend < crossing.Amount.Amount * crossing.ThresholdPercent / 100) Violated($"{id} was raised at a spend of {spend}");
    }

    public bool WasAlerted(string id) => alerted.Contains(id);

    private Cell Count(UsageRecord record, DateTimeOffset recordedAt)
    {
        var identity = new Identity(record.Tenant.Value, record.Source, record.Id);
        var facts = sent.GetValueOrDefault(identity)?.Find(f => f.AreThoseOf(record));
        if (facts is null)
        {
            Violated($"{identity} is in the books with content that nobody sent");
            return default;
        }

        if (!Counted.TryAdd(identity, (facts, recordedAt))) Violated($"{identity} was counted a second time");
        return Cells.Add(facts, recordedAt.UtcTicks);
    }
}
