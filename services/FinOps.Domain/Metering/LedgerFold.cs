namespace FinOps.Domain.Metering;

/// <summary>
/// The one meaning of a stored usage event: what it adds to the buckets. Commits, rebuilds and the invariant job all fold with it, so they
/// cannot disagree. A kind that is unknown here is an error, never nothing.
/// </summary>
public static class LedgerFold
{
    /// <summary>Adds what the event says to the buckets.</summary>
    /// <param name="buckets">By key; grows.</param>
    /// <param name="stored">A stored event of a usage stream.</param>
    public static void Add(Dictionary<BucketKey, Bucket> buckets, object stored)
    {
        switch (stored)
        {
            case UsageRecorded recorded:
                foreach (var record in recorded.Unpack()) Bucket.Add(buckets, record);
                break;
            default:
                throw new InvalidOperationException($"A usage stream holds a {stored.GetType().Name}, whose meaning is not known.");
        }
    }
}
