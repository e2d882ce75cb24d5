using System.Globalization;

namespace FinOps.Domain.Pricing;

/// <summary>How urgently a call was served, where that has a price of its own.</summary>
public enum ServiceTier
{
    Standard,
    Batch,
    Flex,
    Priority,
}

/// <summary>
/// The price tier a record falls in: its service tier, and above which context length it lies. A function of the record alone, so that any
/// rate card, also one of tomorrow, can price the buckets of yesterday, and a rebuild finds the same.
/// </summary>
/// <param name="ContextAboveTokens">One of <see cref="ContextBoundaries"/>: the record's input total lies above it and not above the next.</param>
/// <param name="Tier">Of the call.</param>
public readonly record struct RateClass(int ContextAboveTokens, ServiceTier Tier)
{
    /// <summary>Where context bands begin, in tokens; a price by context length starts at one of them. Bands are buckets, so they are few.</summary>
    public static readonly IReadOnlyList<int> ContextBoundaries = [0, 32_000, 128_000, 200_000, 256_000, 272_000, 512_000, 1_000_000];

    private const int Thousand = 1000;
    private const string StandardLabel = "standard";

    private static readonly Dictionary<string, RateClass> ByText = ContextBoundaries
        .SelectMany(above => Enum.GetValues<ServiceTier>().Select(tier => new RateClass(above, tier))).ToDictionary(c => c.Text);

    public static RateClass Of(long inputTotal, ServiceTier tier) => new(ContextAbove(inputTotal), tier);

    /// <returns>The boundary above which so many input tokens lie.</returns>
    public static int ContextAbove(long inputTotal)
    {
        // Most calls are short.
        if (inputTotal <= ContextBoundaries[1]) return 0;
        var band = ContextBoundaries.Count - 1;
        while (inputTotal <= ContextBoundaries[band]) band--;
        return ContextBoundaries[band];
    }

    /// <summary>As stored: empty for a short standard call, else such as <c>200k</c>, <c>batch</c> or <c>200k/batch</c>.</summary>
    public string Text => (ContextAboveTokens, Tier) switch
    {
        (0, ServiceTier.Standard) => "",
        (0, _) => Tier.ToString().ToLowerInvariant(),
        (_, ServiceTier.Standard) => Band,
        _ => $"{Band}/{Tier.ToString().ToLowerInvariant()}",
    };

    private string Band => string.Create(CultureInfo.InvariantCulture, $"{ContextAboveTokens / Thousand}k");

    /// <exception cref="FormatException">It was not written by <see cref="Text"/>.</exception>
    public static RateClass Parse(string text) =>
        ByText.TryGetValue(text, out var known) ? known : throw new FormatException($"'{text}' is no rate class.");

    /// <summary>As shown: a short standard call has a word, too.</summary>
    public string Label => Text.Length == 0 ? StandardLabel : Text;

    public override string ToString() => Text;
}
