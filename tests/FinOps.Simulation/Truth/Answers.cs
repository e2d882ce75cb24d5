using FinOps.Domain.Metering;
using FinOps.Simulation.Load;

namespace FinOps.Simulation.Truth;

/// <summary>Whether each verdict is true when it is told, and whether every record gets one.</summary>
internal sealed class Answers(World world)
{
    private readonly HashSet<int> unanswered = [];
    private readonly HashSet<Identity> toldAccepted = [];
    private readonly long[] told = new long[4];

    public IReadOnlyCollection<int> Unanswered => unanswered;

    /// <summary>Verdicts told: accepted, duplicate, conflict, quarantined.</summary>
    public IReadOnlyList<long> Told => told;

    public void Expect(Batch batch) => unanswered.Add(batch.Number);

    public void Check(Batch batch, Verdict[] verdicts, DateTimeOffset decidedAt)
    {
        unanswered.Remove(batch.Number);
        world.Trace.Mix(batch.Number);
        if (verdicts.Length != batch.Records.Count) world.Oracle.Violated($"batch {batch.Number} has {verdicts.Length} verdicts");
        var earlier = new HashSet<Identity>();
        for (var i = 0; i < verdicts.Length; i++)
        {
            var facts = batch.Records[i].Facts;
            told[(int?)verdicts[i].Outcome ?? 3]++;
            if (Flaw(facts, verdicts[i], batch.Backfill, decidedAt) is { } flaw) world.Oracle.Violated($"{facts.Identity} {flaw}");
            if (verdicts[i].Outcome is not { } outcome) continue;
            if (outcome == RecordOutcome.Accepted && earlier.Contains(facts.Identity))
                world.Oracle.Violated($"{facts.Identity} was counted before one that stands earlier in its batch");
            earlier.Add(facts.Identity);
            world.Trace.Mix((int)outcome);
        }
    }

    /// <summary>Invariants 1 and 2, as far as they show in one verdict.</summary>
    private string? Flaw(Facts facts, Verdict verdict, string? backfill, DateTimeOffset decidedAt)
    {
        var refusal = Refusal(facts, backfill, decidedAt);
        if (verdict.Reason != refusal) return $"was refused for '{verdict.Reason}' and should be for '{refusal}'";
        if (verdict.Outcome is not { } outcome) return refusal is null ? "has no verdict" : null;
        if (!world.Oracle.Counted.TryGetValue(facts.Identity, out var counted)) return $"was told {outcome}, and is not in the books";
        var isSame = counted.Facts.SaysTheSameAs(facts);
        return outcome switch
        {
            RecordOutcome.Accepted when !toldAccepted.Add(facts.Identity) => "was told accepted twice",
            RecordOutcome.Accepted when !isSame => "was told accepted, and the books hold other content",
            RecordOutcome.Duplicate when !isSame => "was told duplicate, and the books hold other content",
            RecordOutcome.Conflict when isSame => "was told conflict, and the books hold the same content",
            _ => null,
        };
    }

    private static string? Refusal(Facts facts, string? backfill, DateTimeOffset decidedAt)
    {
        if (facts.Flaw == "model_missing" || facts.Flaw == "status_unknown") return facts.Flaw;
        var age = decidedAt.UtcTicks - facts.OccurredTicks;
        if (age < -5 * TimeSpan.TicksPerMinute) return "occurred_at_ahead";
        return backfill is null && age > 35 * TimeSpan.TicksPerDay ? "occurred_at_too_old" : facts.Flaw;
    }
}
