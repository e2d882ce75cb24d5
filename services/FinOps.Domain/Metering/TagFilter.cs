namespace FinOps.Domain.Metering;

/// <summary>Which tag sets are asked for: values of one key are alternatives, of several keys all must hold. None named selects none.</summary>
public static class TagFilter
{
    /// <param name="wanted">Keys with a value each; null is usage without that tag.</param>
    /// <param name="tagSet">A <see cref="TagSet"/>.</param>
    public static bool Holds(IReadOnlyList<(string Key, string? Value)> wanted, string tagSet) =>
        wanted.Count > 0 && wanted.GroupBy(w => w.Key).All(key => key.Any(w => w.Value == TagSet.ValueOf(tagSet, key.Key)));
}
