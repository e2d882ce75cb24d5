using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>From where the price of an accelerator-hour is.</summary>
public enum TargetPriceSource
{
    /// <summary>Given with the inputs.</summary>
    Input,

    /// <summary>What an accelerator-hour of the fleet cost when the target began.</summary>
    FleetCost,
}

/// <summary>
/// What a modelled target froze when it was set: inputs and figures, so that a later change of the model, of facts or of prices never moves
/// history. Costs are per million tokens in the currency of <paramref name="AcceleratorHour"/>, 12 decimals.
/// </summary>
/// <param name="AcceleratorHour">What an hour of one accelerator costs by the target, used or not; above zero.</param>
/// <param name="Accelerators">That the target reckons with.</param>
/// <param name="Utilisation">The share of the hours' capacity that is used at the design point: above 0, at most 1.</param>
/// <param name="PromptTokens">Mean length of prompts at the design point, cached part included.</param>
/// <param name="OutputTokens">Mean length of answers at the design point.</param>
/// <param name="CachedShare">Of the prompt, at the design point: 0 to 1.</param>
/// <param name="UncachedInput">A million prompt tokens that have to be read, at design lengths.</param>
/// <param name="CacheRead">A million prompt tokens that are there.</param>
/// <param name="Output">A million answer tokens, at design lengths.</param>
/// <param name="InputPerContextToken">What a million uncached prompt tokens cost more for each token before them.</param>
/// <param name="OutputPerContextToken">What a million answer tokens cost more for each token before them.</param>
public sealed record ModelledTarget(
    Money AcceleratorHour, int Accelerators, decimal Utilisation, decimal PromptTokens, decimal OutputTokens, decimal CachedShare,
    decimal UncachedInput, decimal CacheRead, decimal Output, decimal InputPerContextToken, decimal OutputPerContextToken)
{
    private const decimal Million = 1_000_000m;

    /// <summary>What it came from, as it was asked: JSON, for people and for making it anew.</summary>
    public string Inputs { get; init; } = "{}";

    /// <summary>From where <see cref="AcceleratorHour"/> is.</summary>
    public TargetPriceSource PriceSource { get; init; }

    /// <summary>What the inputs came to, for people: chips, layout, formats, engine.</summary>
    public string Deployment { get; init; } = "";

    /// <summary>Drawn by the chips at the design point; energy per million tokens is this many megajoules.</summary>
    public decimal JoulesPerToken { get; init; }

    /// <summary>Whether the fleet's hours are shared by <see cref="Weights"/> since then.</summary>
    public bool SetsWorkWeights { get; init; }

    /// <summary>What tokens weigh by the target: an uncached prompt token 1. A class that the model does not know weighs as its parent.</summary>
    /// <param name="name">Of the set.</param>
    public WorkWeights Weights(string name)
    {
        var units = new decimal[UnitClass.All.Count];
        foreach (var unitClass in UnitClass.All.Where(c => c.Side != UnitSide.Other)) units[unitClass.Ordinal] = Weight(unitClass);
        return new WorkWeights(name, units);
    }

    /// <summary>What the target's accelerators can do in an hour at full load, in work units by <see cref="Weights"/>.</summary>
    public decimal WorkUnitsPerHour => Accelerators * AcceleratorHour.Amount / Utilisation * Million / UncachedInput;

    /// <summary>Accelerator-hours at full load that so much money of this target stands for.</summary>
    /// <param name="cost">In the target's currency.</param>
    public decimal Hours(decimal cost) => cost * Utilisation / AcceleratorHour.Amount;

    private decimal Weight(UnitClass unitClass) => unitClass == UnitClass.CacheRead ? Of(CacheRead) : unitClass.Side == UnitSide.Output ? Of(Output) : 1;

    private decimal Of(decimal cost) => decimal.Round(cost / UncachedInput, Money.AllocationDecimals, MidpointRounding.ToEven);
}
