using System.Text.Json;
using System.Text.Json.Serialization;
using FinOps.Domain.Targets;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Estimates;

namespace FinOps.Platform.Targets;

/// <summary>
/// Stored as <c>modelled_target_set_v1</c> in the stream <c>target/{fleet}/{model}</c>: what tokens should cost by the physical model, with what was
/// asked and all figures as they were then, so that neither facts nor model move it. Money is per million tokens, in the price's currency.
/// </summary>
public sealed record ModelledTargetSet(
    string Fleet, string Model, DateTimeOffset From, EstimateInput Estimate, string Deployment, decimal PricePerAcceleratorHour, string Currency,
    TargetPriceSource PriceSource, int Accelerators, decimal Utilisation, decimal PromptTokens, decimal OutputTokens, decimal CachedPrefixShare,
    decimal CostPerMillionTokens, decimal UncachedInput, decimal CacheRead, decimal Output, decimal InputPerContextToken, decimal OutputPerContextToken,
    decimal JoulesPerToken, bool SetsWorkWeights, DateTimeOffset RecordedAt, string RecordedBy) : BookFact
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper) },
    };

    internal override BookSubject Subject => new(BookSubjectKind.Target, Fleet, Model);

    internal static string TextOf(EstimateInput estimate) => JsonSerializer.Serialize(estimate, Json);

    internal static EstimateInput InputOf(Target target) => JsonSerializer.Deserialize<EstimateInput>(target.Modelled!.Inputs, Json)!;

    internal static ModelledTargetSet Of(Target target, EstimateInput estimate, bool setsWorkWeights, DateTimeOffset now, string by)
    {
        var frozen = target.Modelled!;
        return new ModelledTargetSet(
            target.Fleet.Value, target.Model.Value, target.From, estimate, frozen.Deployment, frozen.AcceleratorHour.Amount, frozen.AcceleratorHour.Currency.Code,
            frozen.PriceSource, frozen.Accelerators, frozen.Utilisation, frozen.PromptTokens, frozen.OutputTokens, frozen.CachedShare,
            target.CostPerMillionTokens.Amount, frozen.UncachedInput, frozen.CacheRead, frozen.Output, frozen.InputPerContextToken, frozen.OutputPerContextToken,
            frozen.JoulesPerToken, setsWorkWeights, now, by);
    }

    internal Target ToTarget() => new(new FleetId(Fleet), new ModelId(Model), From, new Money(CostPerMillionTokens, new Currency(Currency)))
    {
        Modelled = new ModelledTarget(
            new Money(PricePerAcceleratorHour, new Currency(Currency)), Accelerators, Utilisation, PromptTokens, OutputTokens, CachedPrefixShare, UncachedInput,
            CacheRead, Output, InputPerContextToken, OutputPerContextToken)
        {
            Inputs = TextOf(Estimate),
            PriceSource = PriceSource,
            Deployment = Deployment,
            JoulesPerToken = JoulesPerToken,
            SetsWorkWeights = SetsWorkWeights,
        },
    };
}
