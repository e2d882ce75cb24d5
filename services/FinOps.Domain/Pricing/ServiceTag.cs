namespace FinOps.Domain.Pricing;

/// <summary>A call's service tier, as its source says in a tag.</summary>
public static class ServiceTag
{
    private const string Key = "service_tier";
    private const string DottedKey = "service.tier";

    /// <param name="tags">Of a record.</param>
    /// <returns>Standard where no tag says so, and where it says what is not known: "default", "auto", whatever a provider calls it.</returns>
    public static ServiceTier Of(IReadOnlyList<KeyValuePair<string, string>> tags)
    {
        string? dotted = null;
        for (var i = 0; i < tags.Count; i++)
        {
            var (key, value) = tags[i];
            if (key == Key) return Read(value);
            if (key == DottedKey) dotted = value;
        }

        return Read(dotted);
    }

    private static ServiceTier Read(string? tier) => tier?.ToLowerInvariant() switch
    {
        "batch" => ServiceTier.Batch,
        "flex" => ServiceTier.Flex,
        "priority" => ServiceTier.Priority,
        _ => ServiceTier.Standard,
    };
}
