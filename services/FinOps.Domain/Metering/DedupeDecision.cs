namespace FinOps.Domain.Metering;

/// <summary>What became of one record in its meter.</summary>
public enum RecordOutcome : byte
{
    Accepted,
    Duplicate,
    Conflict,

    /// <summary>It came under the name of a backfill that was voided as a whole.</summary>
    BackfillVoided,
}

/// <summary>Which records of a commit are new. The store says what was counted before; what that means is said here once.</summary>
public static class DedupeDecision
{
    /// <param name="records">In order; of two with one identity the earlier is first.</param>
    /// <param name="counted">By key, the content that was counted before this commit. A key that is not here was claimed by this commit.</param>
    /// <returns>One outcome per record.</returns>
    public static RecordOutcome[] Decide(IReadOnlyList<RecordDigest> records, IReadOnlyDictionary<RecordKey, long> counted)
    {
        var firsts = new Dictionary<RecordKey, long>(records.Count);
        var outcomes = new RecordOutcome[records.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var (key, content) = records[i];
            outcomes[i] = counted.TryGetValue(key, out var before) ? Again(before, content)
                : firsts.TryAdd(key, content) ? RecordOutcome.Accepted
                : Again(firsts[key], content);
        }

        return outcomes;
    }

    private static RecordOutcome Again(long counted, long content) =>
        counted == content ? RecordOutcome.Duplicate : RecordOutcome.Conflict;
}
