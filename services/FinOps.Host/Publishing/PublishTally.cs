using FinOps.Contracts;
using FinOps.Platform.Hosting;

namespace FinOps.Host.Publishing;

/// <summary>Counts of a run. Once all is answered, read = accepted + duplicates + conflicts + quarantined.</summary>
internal sealed record PublishCounts(long Read, long Accepted, long Duplicates, long Conflicts, long Quarantined)
{
    public long Answered => Accepted + Duplicates + Conflicts + Quarantined;
}

/// <summary>Why records were quarantined: one reason with the first record that met it.</summary>
internal sealed record QuarantineReason(string Reason, string? Field, string? FirstId, string? Message, long Records);

/// <summary>What became of the records so far; lanes add to it, the progress line reads it.</summary>
internal sealed class PublishTally
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string, string?), QuarantineReason> reasons = [];
    private PublishCounts counts = new(0, 0, 0, 0, 0);
    private long resent;
    private string? trouble;

    public PublishCounts Counts
    {
        get { lock (gate) return counts; }
    }

    /// <summary>How often a batch had to be sent again, and why last.</summary>
    public (long Resent, string? Trouble) Troubles
    {
        get { lock (gate) return (resent, trouble); }
    }

    /// <summary>The most frequent first.</summary>
    public IReadOnlyList<QuarantineReason> Reasons
    {
        get { lock (gate) return [.. reasons.Values.OrderByDescending(r => r.Records).ThenBy(r => r.Reason, StringComparer.Ordinal)]; }
    }

    public void Read()
    {
        lock (gate) counts = counts with { Read = counts.Read + 1 };
    }

    public void Unanswered(string why)
    {
        lock (gate) (resent, trouble) = (resent + 1, why);
    }

    public void Answered(UsageReceipt receipt)
    {
        lock (gate)
        {
            trouble = null;
            var (accepted, duplicates, conflicts, quarantined) = (0L, 0L, 0L, 0L);
            foreach (var verdict in receipt.Verdicts)
            {
                switch (verdict.Verdict)
                {
                    case Verdicts.Accepted: accepted++; break;
                    case Verdicts.Duplicate: duplicates++; break;
                    case Verdicts.Conflict: conflicts++; break;
                    case Verdicts.Quarantined: quarantined++; Note(verdict); break;
                    default: throw new RefusedException($"The verdict '{verdict.Verdict}' of record '{verdict.Id}' is not one of the four.");
                }
            }

            counts = counts with
            {
                Accepted = counts.Accepted + accepted,
                Duplicates = counts.Duplicates + duplicates,
                Conflicts = counts.Conflicts + conflicts,
                Quarantined = counts.Quarantined + quarantined,
            };
        }
    }

    private void Note(RecordVerdict verdict)
    {
        var key = (verdict.Reason ?? "no reason given", verdict.Field);
        if (reasons.TryGetValue(key, out var known)) reasons[key] = known with { Records = known.Records + 1 };
        else if (reasons.Count < Limits.PublisherReasonsKept)
            reasons[key] = new QuarantineReason(key.Item1, key.Field, verdict.Id, verdict.Message, 1);
    }
}
