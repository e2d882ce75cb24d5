namespace FinOps.Domain.Reporting;

/// <summary>Rows stand in the order of their keys as asked for: ordinal, time by its start, what has no value last; then by kind.</summary>
internal sealed class CellOrder(IReadOnlyList<Dimension> groupBy) : IComparer<CellKey>
{
    public int Compare(CellKey left, CellKey right)
    {
        foreach (var dimension in groupBy)
        {
            var order = dimension switch
            {
                Dimension.Tenant => NullsLast(left.Tenant, right.Tenant),
                Dimension.Model => NullsLast(left.Model, right.Model),
                Dimension.Fleet => NullsLast(left.Fleet, right.Fleet),
                Dimension.RateClass => NullsLast(left.RateClass, right.RateClass),
                Dimension.Tag => NullsLast(left.Tag, right.Tag),
                _ => left.Bucket.CompareTo(right.Bucket),
            };
            if (order != 0) return order;
        }

        return left.Kind.CompareTo(right.Kind);
    }

    private static int NullsLast(string? left, string? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        _ => string.CompareOrdinal(left, right),
    };
}
