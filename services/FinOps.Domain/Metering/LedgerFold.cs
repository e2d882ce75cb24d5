namespace FinOps.Domain.Metering;

/// <summary>
/// The one meaning of a stored usage event: what it adds to the buckets, and what it takes from them. Commits, rebuilds and the invariant job
/// all fold with it, so they cannot disagree. A kind that is unknown here is an error, never nothing.
/// </summary>
public static class LedgerFold
{
    /// <summary>Adds what the event says to the buckets. Events of one stream go in their order: a bucket that would fall below zero is an error.</summary>
    /// <param name="buckets">By key; one that holds nothing any more goes.</param>
    /// <param name="stored">A stored event of a usage stream.</param>
    public static void Add(Dictionary<BucketKey, Bucket> buckets, object stored)
    {
        var (sign, records) = Meaning(stored);
        foreach (var record in records.Unpack())
        {
            if (sign > 0) Bucket.Add(buckets, record);
            else Bucket.Take(buckets, record);
        }
    }

    /// <summary>Adds what the event says to the changes, in any order: for rows by record time, which may be negative. Column by column: it is quick.</summary>
    /// <param name="changes">By key; grows.</param>
    /// <param name="stored">A stored event of a usage stream.</param>
    public static void Add(Dictionary<BucketKey, BucketChange> changes, object stored)
    {
        var (sign, records) = Meaning(stored);
        ColumnFold.Add(changes, records, sign);
    }

    /// <summary>The record time to which the event's changes belong.</summary>
    public static DateTimeOffset RecordedAt(object stored) => Meaning(stored).Records.RecordedAt;

    /// <returns>The records of which the event tells, and whether they count from then on (1) or no longer (-1).</returns>
    public static (int Sign, UsageRecorded Records) Meaning(object stored) => stored switch
    {
        UsageRecorded recorded => (1, recorded),
        UsageAmended amended => (1, amended.Given),
        UsageVoided voided => (-1, voided.Taken),
        _ => throw Unknown(stored),
    };

    private static InvalidOperationException Unknown(object stored) =>
        new($"A usage stream holds a {stored.GetType().Name}, whose meaning is not known.");
}
