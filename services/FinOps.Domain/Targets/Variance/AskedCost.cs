using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Variance;

/// <summary>What usage should have cost by a modelled target: at its design point, and for what was really asked. Unrounded, in the target's currency.</summary>
/// <param name="Design">All tokens at the design point's blended cost.</param>
/// <param name="ClassMix">What another proportion of input and output adds.</param>
/// <param name="LengthMix">What other lengths add.</param>
/// <param name="Cache">What another cached share adds.</param>
public readonly record struct AskedCost(decimal Design, decimal ClassMix, decimal LengthMix, decimal Cache)
{
    /// <summary>For what was really asked.</summary>
    public decimal Asked => Design + ClassMix + LengthMix + Cache;

    /// <summary>Linear in the quantities, so that parts of an atom sum to the atom, however they are kept apart.</summary>
    /// <param name="target">The target.</param>
    /// <param name="blended">A million tokens at its design point.</param>
    /// <param name="quantities">Of the part.</param>
    /// <param name="asked">Of the whole atom.</param>
    public static AskedCost Of(ModelledTarget target, decimal blended, Quantities quantities, AskedLengths asked)
    {
        var (input, cached, output) = ((decimal)quantities.InputTotal, (decimal)quantities[UnitClass.CacheRead], (decimal)quantities.OutputTotal);
        var (prompt, answer) = (asked.PromptTokens ?? target.PromptTokens, asked.OutputTokens ?? target.OutputTokens);
        var share = target.CachedShare;
        var longer = Output(target, prompt, answer);

        var design = (input + output) * blended;
        var classes = Sum(target.UncachedInput, share * input, target.Output);
        var lengths = Sum(Input(target, prompt, share), share * input, longer);
        var all = Sum(Input(target, prompt, asked.CachedShare), cached, longer);
        return new AskedCost(design * Unit, (classes - design) * Unit, (lengths - classes) * Unit, (all - lengths) * Unit);

        decimal Sum(decimal uncached, decimal read, decimal written) => (input - read) * uncached + read * target.CacheRead + output * written;
    }

    private const decimal Unit = 0.000001m;

    /// <summary>An uncached prompt token has on the mean the cached ones and half of the others before it. Prices are never below zero.</summary>
    private static decimal Input(ModelledTarget target, decimal prompt, decimal cachedShare)
    {
        // Where the design caches all of the prompt, the price is that of a token with nothing before it.
        var design = target.CachedShare < 1 ? target.PromptTokens * (1 + target.CachedShare) / 2 : 0;
        return Math.Max(0, target.UncachedInput + target.InputPerContextToken * (prompt * (1 + cachedShare) / 2 - design));
    }

    /// <summary>An answer token has the prompt and on the mean half of the answer before it.</summary>
    private static decimal Output(ModelledTarget target, decimal prompt, decimal answer) => Math.Max(
        0, target.Output + target.OutputPerContextToken * (prompt + answer / 2 - target.PromptTokens - target.OutputTokens / 2));
}
