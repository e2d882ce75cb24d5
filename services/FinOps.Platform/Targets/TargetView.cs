using FinOps.Domain.Targets;
using GraphQL;

namespace FinOps.Platform.Targets;

/// <summary>A target as GraphQL shows it.</summary>
/// <param name="CostPerMillionTokens">Of a modelled target at its design point.</param>
/// <param name="Kind">Where it comes from.</param>
/// <param name="Version">The ordinal among those of its fleet and model as they were recorded.</param>
/// <param name="Modelled">Null where it was set by hand or agreed.</param>
[Name("Target")]
public sealed record TargetView(
    string Fleet, string Model, DateTimeOffset From, decimal CostPerMillionTokens, string Currency, TargetKind Kind, int Version, ModelledTargetView? Modelled)
{
    internal static TargetView Of(Target target, TargetBook book) => new(
        target.Fleet.Value, target.Model.Value, target.From, target.CostPerMillionTokens.Amount, target.CostPerMillionTokens.Currency.Code, target.Kind,
        book.VersionOf(target), target.Modelled is { } modelled ? ModelledTargetView.Of(modelled) : null);
}

/// <summary>What a modelled target froze when it was set. Money is per million tokens, in the target's currency; lengths in tokens, shares from 0 to 1.</summary>
/// <param name="Inputs">What was asked, as EstimateInput takes it: JSON.</param>
/// <param name="Deployment">What that came to: chips, layout, formats, engine.</param>
/// <param name="PriceSource">Given, or what an accelerator-hour of the fleet cost when the target began.</param>
/// <param name="UncachedInput">At design lengths.</param>
/// <param name="Output">At design lengths.</param>
/// <param name="InputPerContextToken">What uncached input costs more for each token before it.</param>
/// <param name="OutputPerContextToken">What output costs more for each token before it.</param>
/// <param name="WorkUnitsPerHour">What the target's accelerators can do in an hour at full load, an uncached input token as 1.</param>
/// <param name="SetsWorkWeights">Whether the fleet's hours are shared by what tokens weigh in it.</param>
[Name("ModelledTarget")]
public sealed record ModelledTargetView(
    string Inputs, string Deployment, decimal PricePerAcceleratorHour, TargetPriceSource PriceSource, int Accelerators, decimal Utilisation, decimal PromptTokens,
    decimal OutputTokens, decimal CachedPrefixShare, decimal UncachedInput, decimal CacheRead, decimal Output, decimal InputPerContextToken,
    decimal OutputPerContextToken, decimal JoulesPerToken, decimal WorkUnitsPerHour, bool SetsWorkWeights)
{
    internal static ModelledTargetView Of(ModelledTarget t) => new(
        t.Inputs, t.Deployment, t.AcceleratorHour.Amount, t.PriceSource, t.Accelerators, t.Utilisation, t.PromptTokens, t.OutputTokens, t.CachedShare,
        t.UncachedInput, t.CacheRead, t.Output, t.InputPerContextToken, t.OutputPerContextToken, t.JoulesPerToken, decimal.Round(t.WorkUnitsPerHour),
        t.SetsWorkWeights);
}
