using FinOps.Platform.Hosting;

namespace FinOps.Platform.Reconciliation;

/// <summary>What one check does: which streams it folds from the start, which from where it was, and which it leaves for the next.</summary>
internal sealed record LedgerPlan(IReadOnlyList<LedgerStream> Streams, IReadOnlySet<string> FromTheStart, int Pending)
{
    /// <param name="streams">All.</param>
    /// <param name="foldAgain">Events to fold again at least; more where the period asks for it.</param>
    /// <param name="perCheck">Events to read at most.</param>
    public static LedgerPlan Of(
        IReadOnlyList<LedgerStream> streams, long foldAgain = Limits.LedgerEventsFoldedAgain, long perCheck = Limits.LedgerEventsPerCheck)
    {
        var full = streams.Where(s => s.IsSuspect || s.Checked is null || s.Version < s.Checked.Version).Select(s => s.Id).ToHashSet();
        // So many that every stream has had its turn when the period is over.
        var share = streams.Sum(s => s.Version) / (long)(Limits.LedgerFullCheckPeriod / Limits.LedgerCheckInterval) + 1;
        var left = Math.Max(share, foldAgain);
        foreach (var stream in streams.Where(s => !full.Contains(s.Id)).OrderBy(s => s.Checked!.FullyCheckedAt).ThenBy(s => s.Id, StringComparer.Ordinal))
        {
            if (left <= 0) break;
            full.Add(stream.Id);
            left -= stream.Version;
        }

        // What is already known to be wrong first, then the long unseen; one at least, however large.
        var (chosen, events) = (new List<LedgerStream>(streams.Count), 0L);
        foreach (var stream in streams.OrderByDescending(s => s.IsSuspect).ThenBy(s => s.Checked?.FullyCheckedAt).ThenBy(s => s.Id, StringComparer.Ordinal))
        {
            var reads = full.Contains(stream.Id) ? stream.Version : stream.Version - stream.Checked!.Version;
            if (events > 0 && events + reads > perCheck) continue;
            events += reads;
            chosen.Add(stream);
        }

        return new LedgerPlan(chosen, full, streams.Count - chosen.Count);
    }
}
