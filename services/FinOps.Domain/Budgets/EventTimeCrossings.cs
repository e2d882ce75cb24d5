namespace FinOps.Domain.Budgets;

/// <summary>The record that took a budget's measure to a limit, in event-time order.</summary>
/// <param name="Source">With the id the record's identity within its tenant.</param>
/// <param name="Id">As the source gave it.</param>
/// <param name="OccurredAt">Event time.</param>
/// <param name="Cumulative">The measure of the period after this record, exact.</param>
public sealed record CrossingRecord(string Source, string Id, DateTimeOffset OccurredAt, decimal Cumulative);

/// <summary>What one record adds to a budget's measure.</summary>
public readonly record struct MeasuredRecord(DateTimeOffset OccurredAt, string Id, string Source, decimal Amount);

/// <summary>A running sum at the step that took it to a limit.</summary>
/// <param name="Step">The step's place, from 0.</param>
/// <param name="Before">The sum before it.</param>
/// <param name="After">The sum with it: the first one that is not below the limit.</param>
public readonly record struct ReachedStep(int Step, decimal Before, decimal After);

/// <summary>
/// Finds what crossed a limit: first the quarter-hour, by the buckets; then, of that quarter-hour alone, the record. So a period of millions
/// of records costs the reading of one quarter-hour.
/// </summary>
public static class EventTimeCrossings
{
    // Coarse enough that differences of such numbers are exact.
    private const int SplitDecimals = 16;

    /// <summary>(occurred at, id, source), ordinal: two readers of the same records find the same order.</summary>
    public static readonly Comparer<MeasuredRecord> Order = Comparer<MeasuredRecord>.Create((left, right) =>
    {
        var order = left.OccurredAt.UtcTicks.CompareTo(right.OccurredAt.UtcTicks);
        if (order == 0) order = string.CompareOrdinal(left.Id, right.Id);
        return order == 0 ? string.CompareOrdinal(left.Source, right.Source) : order;
    });

    /// <returns>The first step after which the sum is not below the limit; null where it stays below.</returns>
    public static ReachedStep? FirstReaching(decimal before, IEnumerable<decimal> amounts, decimal limit)
    {
        var (sum, step) = (before, 0);
        foreach (var amount in amounts)
        {
            if (sum + amount >= limit) return new ReachedStep(step, sum, sum + amount);
            sum += amount;
            step++;
        }

        return null;
    }

    /// <param name="before">The measure before the first of the records.</param>
    /// <param name="records">In any order.</param>
    /// <param name="limits">Each answered at its place; null where the records do not reach it.</param>
    public static IReadOnlyList<CrossingRecord?> Among(decimal before, IEnumerable<MeasuredRecord> records, IReadOnlyList<decimal> limits)
    {
        var ordered = records.ToList();
        ordered.Sort(Order);
        return [.. limits.Select(limit => FirstReaching(before, ordered.Select(r => r.Amount), limit) is { } reached
            ? new CrossingRecord(ordered[reached.Step].Source, ordered[reached.Step].Id, ordered[reached.Step].OccurredAt, reached.After)
            : null)];
    }

    /// <summary>Splits what several records carry together in proportion to their work, to the last digit; without work, evenly.</summary>
    /// <returns>One amount per record; they sum to the whole.</returns>
    public static decimal[] Split(decimal whole, IReadOnlyList<decimal> work)
    {
        var all = work.Sum();
        var shares = new decimal[work.Count];
        var (done, given) = (0m, 0m);
        for (var i = 0; i < shares.Length; i++)
        {
            done += all > 0 ? work[i] : 1m;
            // The last one's share is what is left, so no digit is lost to the quotients.
            var upTo = i == shares.Length - 1 ? whole : decimal.Round(whole * (done / (all > 0 ? all : shares.Length)), SplitDecimals);
            shares[i] = upTo - given;
            given = upTo;
        }

        return shares;
    }
}
