using System.Globalization;
using System.Text.RegularExpressions;
using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing.Catalogues;

/// <summary>What a price of the catalogue is for.</summary>
/// <param name="Class">What is counted.</param>
/// <param name="ContextAboveTokens">For calls whose input lies above so many tokens; 0 is any.</param>
/// <param name="Tier">Of the call.</param>
public readonly record struct CatalogueKey(UnitClass Class, int ContextAboveTokens, ServiceTier Tier) : IComparable<CatalogueKey>
{
    public int CompareTo(CatalogueKey other) =>
        (Class.Ordinal, Tier, ContextAboveTokens).CompareTo((other.Class.Ordinal, other.Tier, other.ContextAboveTokens));

    public static bool operator <(CatalogueKey left, CatalogueKey right) => left.CompareTo(right) < 0;

    public static bool operator <=(CatalogueKey left, CatalogueKey right) => left.CompareTo(right) <= 0;

    public static bool operator >(CatalogueKey left, CatalogueKey right) => left.CompareTo(right) > 0;

    public static bool operator >=(CatalogueKey left, CatalogueKey right) => left.CompareTo(right) >= 0;

    /// <summary>For people: <c>output</c>, <c>output above 200000</c>, <c>output batch</c>.</summary>
    public override string ToString() => string.Join(
        ' ',
        new[]
        {
            Class.Name,
            ContextAboveTokens == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"above {ContextAboveTokens}"),
            Tier == ServiceTier.Standard ? null : Tier.Name(),
        }.OfType<string>());
}

/// <summary>The catalogue's names of prices: a base, then maybe a context, then maybe a service tier.</summary>
internal static partial class CatalogueKeys
{
    private const int Thousand = 1000;

    private static readonly Dictionary<string, UnitClass> Classes = new()
    {
        ["input_cost_per_token"] = UnitClass.UncachedInput,
        ["cache_read_input_token_cost"] = UnitClass.CacheRead,
        ["input_cost_per_token_cache_hit"] = UnitClass.CacheRead,
        ["cache_creation_input_token_cost"] = UnitClass.CacheWrite,
        ["input_cost_per_image_token"] = UnitClass.Image,
        ["input_cost_per_audio_token"] = UnitClass.AudioInput,
        ["output_cost_per_token"] = UnitClass.Output,
        ["output_cost_per_reasoning_token"] = UnitClass.Reasoning,
        ["output_cost_per_audio_token"] = UnitClass.AudioOutput,
        ["input_cost_per_request"] = UnitClass.Requests,
    };

    private static readonly Dictionary<string, ServiceTier> Tiers = new()
    {
        [""] = ServiceTier.Standard,
        ["_batches"] = ServiceTier.Batch,
        ["_flex"] = ServiceTier.Flex,
        ["_priority"] = ServiceTier.Priority,
    };

    /// <returns>Null when it is no price that is read; the context may be one that we have no band for.</returns>
    public static CatalogueKey? Read(string name)
    {
        if (Form().Match(name) is not { Success: true } match || !Classes.TryGetValue(match.Groups["base"].Value, out var unitClass)) return null;
        var context = match.Groups["context"] is { Success: true } thousands
            ? int.Parse(thousands.ValueSpan, CultureInfo.InvariantCulture) * Thousand : 0;
        return new CatalogueKey(unitClass, context, Tiers[match.Groups["tier"].Value]);
    }

    /// <summary>Whether the name is one of some price, read or not.</summary>
    public static bool IsPrice(string name) => name.Contains("cost", StringComparison.Ordinal) || name.Contains("pricing", StringComparison.Ordinal);

    [GeneratedRegex("^(?<base>[a-z_]+?)(_above_(?<context>[0-9]{1,6})k_tokens)?(?<tier>|_batches|_flex|_priority)$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
