using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Variance;

/// <summary>What was really asked on the mean of an atom's calls.</summary>
/// <param name="PromptTokens">Mean length of prompts; null where no calls were counted.</param>
/// <param name="OutputTokens">Mean length of answers; null likewise.</param>
/// <param name="CachedShare">The share of the input that was cached; zero without any.</param>
public readonly record struct AskedLengths(decimal? PromptTokens, decimal? OutputTokens, decimal CachedShare)
{
    /// <param name="quantities">Of the atom.</param>
    /// <param name="calls">How many.</param>
    public static AskedLengths Of(Quantities quantities, long calls)
    {
        var input = quantities.InputTotal;
        var cached = input == 0 ? 0 : (decimal)quantities[UnitClass.CacheRead] / input;
        return calls > 0 ? new((decimal)input / calls, (decimal)quantities.OutputTotal / calls, cached) : new(null, null, cached);
    }
}
