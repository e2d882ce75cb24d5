using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>What tokens should cost where a chip costs so much an hour and is busy so much of it, at a workload's lengths. Per million tokens, 12 decimals.</summary>
/// <param name="UncachedInput">A million prompt tokens that had to be read.</param>
/// <param name="CacheRead">A million prompt tokens whose keys and values were there.</param>
/// <param name="Output">A million answer tokens.</param>
/// <param name="Blended">A million tokens of the workload's mix.</param>
/// <param name="InputPerContextToken">What a million uncached prompt tokens cost more for each token before them.</param>
/// <param name="OutputPerContextToken">What a million answer tokens cost more for each token before them.</param>
/// <param name="JoulesPerToken">Drawn by the chips, of the workload's mix; energy per million tokens is this many megajoules.</param>
public sealed record TargetCost(
    Money UncachedInput, Money CacheRead, Money Output, Money Blended, Money InputPerContextToken, Money OutputPerContextToken, double JoulesPerToken)
{
    private const double SecondsPerHour = 3600;
    private const double Million = 1_000_000;

    /// <param name="estimate">At full load of what it says.</param>
    /// <param name="workload">The one it was made for.</param>
    /// <param name="acceleratorHour">What an hour of one chip costs, used or not.</param>
    /// <param name="utilisation">The share of the hours' capacity that is used: above 0, at most 1.</param>
    public static TargetCost Of(Estimate estimate, Workload workload, Money acceleratorHour, decimal utilisation)
    {
        var (prompt, output) = (workload.PromptTokens, workload.OutputTokens);
        var cached = prompt * workload.CachedPrefixShare;
        var shape = estimate.Shape;
        var input = prompt > cached ? shape.OfInput(prompt, cached) - cached * shape.CachedInput : 0;
        return new TargetCost(
            Cost(prompt > cached ? input / (prompt - cached) : shape.Input),
            Cost(shape.CachedInput),
            Cost(shape.OfOutput(prompt, output) / output),
            Cost(shape.Of(prompt, cached, output) / (prompt + output)),
            Cost(shape.InputPerContextToken),
            Cost(shape.OutputPerContextToken),
            estimate.WattsPerAccelerator * shape.Of(prompt, cached, output) / (prompt + output));

        Money Cost(double acceleratorSeconds) => new(
            decimal.Round(acceleratorHour.Amount / utilisation * (decimal)(acceleratorSeconds * (Million / SecondsPerHour)), Money.AllocationDecimals, MidpointRounding.ToEven),
            acceleratorHour.Currency);
    }
}
