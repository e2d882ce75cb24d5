using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;
using FinOps.Platform.Reporting;
using GraphQL;

namespace FinOps.Platform.Targets.Estimates;

/// <summary>An estimate as GraphQL and the command line show it; a configuration that cannot be has reasons in place of figures.</summary>
/// <param name="Configuration">What was asked, with what was left out filled in where it can be.</param>
/// <param name="IsFeasible">Whether there are figures.</param>
/// <param name="Reasons">Why it cannot be, and the nearest that works; none where it can.</param>
/// <param name="IsOnFront">In a sweep: no other configuration of the model and lengths is both cheaper and faster for a user. Null outside of one.</param>
/// <param name="Memory">What fits.</param>
/// <param name="Prefill">Of one request's prompt, seconds by cause.</param>
/// <param name="Decode">Of one step that yields a token for each running sequence, without prefill, seconds by cause.</param>
/// <param name="Speed">Tokens, requests and waiting.</param>
/// <param name="Utilisation">What of the chips is used.</param>
/// <param name="WorkWeights">What tokens weigh against an uncached prompt token, as `setWorkWeights` takes them.</param>
/// <param name="Cost">Null without a price.</param>
/// <param name="Energy">What the chips draw.</param>
[Name("Estimate")]
public sealed record EstimateView(
    EstimateConfiguration Configuration, bool IsFeasible, IReadOnlyList<EstimateReason> Reasons, bool? IsOnFront, EstimateMemory? Memory,
    EstimateTime? Prefill, EstimateTime? Decode, EstimateSpeed? Speed, EstimateUtilisation? Utilisation, IReadOnlyList<WorkWeightView>? WorkWeights,
    EstimateCost? Cost, EstimateEnergy? Energy)
{
    public static EstimateView Of(EstimateRequest asked, PlannedEstimate answer, bool? isOnFront = null)
    {
        var estimate = answer.Estimate;
        return new EstimateView(
            EstimateConfiguration.Of(asked, answer.Plan), true, [], isOnFront, EstimateMemory.Of(estimate.Memory), EstimateTime.Of(estimate.Prefill),
            EstimateTime.Of(estimate.Decode), EstimateSpeed.Of(answer), new EstimateUtilisation(estimate.FlopsShare, estimate.BandwidthShare, estimate.Load),
            [.. answer.WorkWeights.Select(w => new WorkWeightView(w.Class.Name, w.WorkUnits))],
            answer.Cost is { } cost ? EstimateCost.Of(answer.Plan, cost) : null,
            new EstimateEnergy(estimate.WattsPerAccelerator, answer.JoulesPerToken, answer.JoulesPerToken / EstimateEnergy.MegajoulesPerKilowattHour));
    }

    public static EstimateView Of(SweepPoint point) => point.Answer is { } answer
        ? Of(point.Asked, answer, point.IsOnFront)
        : new EstimateView(
            EstimateConfiguration.Of(point.Asked, null), false, [.. point.Reasons.Select(r => new EstimateReason(r.Code, r.Field, r.Message))], false,
            null, null, null, null, null, null, null, null);
}

/// <param name="Code">Stable.</param>
/// <param name="Field">Of the input.</param>
/// <param name="Message">For a person: why, and the nearest that works.</param>
[Name("EstimateReason")]
public sealed record EstimateReason(string Code, string Field, string Message);

/// <summary>Gigabytes are 10⁹ bytes.</summary>
/// <param name="WeightGigabytes">On each accelerator.</param>
/// <param name="FreeGigabytes">Left on each accelerator; engines take a part of it for keys and values.</param>
/// <param name="KvBytesPerToken">Of one token over all accelerators of a copy, replicas included.</param>
/// <param name="MostSequences">That fit in all copies at these lengths.</param>
[Name("EstimateMemory")]
public sealed record EstimateMemory(double WeightGigabytes, double FreeGigabytes, double KvBytesPerToken, double MostSequences)
{
    private const double Giga = 1e9;

    internal static EstimateMemory Of(MemoryFit fit) =>
        new(fit.WeightBytes / Giga, fit.FreeBytes / Giga, fit.KvBytesPerToken, fit.MostSequences);
}

/// <summary>Seconds by cause; they add up.</summary>
[Name("EstimateTime")]
public sealed record EstimateTime(
    double Seconds, double Weights, double KvReads, double MatrixWork, double Attention, double Communication, double Overhead)
{
    internal static EstimateTime Of(TimeSplit t) => new(t.Total, t.Weights, t.KvReads, t.MatrixWork, t.Attention, t.Communication, t.Overhead);
}

/// <param name="RunningSequences">At any time, over all copies.</param>
/// <param name="OutputTokensPerSecond">Over all accelerators.</param>
/// <param name="OutputTokensPerSecondPerAccelerator">Of one accelerator.</param>
/// <param name="OutputTokensPerSecondPerUser">Of one answer, after its first token.</param>
/// <param name="PromptTokensPerSecond">Cached ones included, over all accelerators.</param>
/// <param name="TotalTokensPerSecond">Prompts and answers.</param>
/// <param name="RequestsPerSecond">Over all accelerators.</param>
/// <param name="SecondsToFirstToken">Mean.</param>
/// <param name="SecondsPerOutputToken">Mean, between tokens of one answer.</param>
[Name("EstimateSpeed")]
public sealed record EstimateSpeed(
    double RunningSequences, double OutputTokensPerSecond, double OutputTokensPerSecondPerAccelerator, double OutputTokensPerSecondPerUser,
    double PromptTokensPerSecond, double TotalTokensPerSecond, double RequestsPerSecond, double SecondsToFirstToken, double SecondsPerOutputToken)
{
    internal static EstimateSpeed Of(PlannedEstimate answer)
    {
        var e = answer.Estimate;
        return new EstimateSpeed(
            e.RunningSequences, e.OutputTokensPerSecond, e.OutputTokensPerSecondPerAccelerator, answer.OutputTokensPerSecondPerUser,
            e.PromptTokensPerSecond, e.OutputTokensPerSecond + e.PromptTokensPerSecond, e.RequestsPerSecond, e.SecondsToFirstToken, e.SecondsPerOutputToken);
    }
}

/// <summary>Shares from 0 to 1.</summary>
/// <param name="FlopsShare">Of peak arithmetic.</param>
/// <param name="BandwidthShare">Of peak memory bandwidth.</param>
/// <param name="Load">Of the most that the deployment could do with these requests.</param>
[Name("EstimateUtilisation")]
public sealed record EstimateUtilisation(double FlopsShare, double BandwidthShare, double Load);

/// <summary>Per million tokens, 12 decimals.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="PricePerAcceleratorHour">That was reckoned with.</param>
/// <param name="PriceFrom">Whose price it is.</param>
/// <param name="Utilisation">The share of the hours' capacity that is used.</param>
/// <param name="UncachedInputPerMillion">Prompt tokens that had to be read.</param>
/// <param name="CacheReadPerMillion">Prompt tokens whose keys and values were there.</param>
/// <param name="OutputPerMillion">Tokens of answers.</param>
/// <param name="BlendedPerMillion">Tokens of these requests' mix.</param>
/// <param name="InputPerMillionPerContextToken">What uncached prompt tokens cost more for each token before them.</param>
/// <param name="OutputPerMillionPerContextToken">What tokens of answers cost more for each token before them.</param>
[Name("EstimateCost")]
public sealed record EstimateCost(
    string Currency, decimal PricePerAcceleratorHour, string? PriceFrom, decimal Utilisation, decimal UncachedInputPerMillion, decimal CacheReadPerMillion,
    decimal OutputPerMillion, decimal BlendedPerMillion, decimal InputPerMillionPerContextToken, decimal OutputPerMillionPerContextToken)
{
    internal static EstimateCost Of(EstimatePlan plan, TargetCost cost) => new(
        cost.Blended.Currency.Code, plan.AcceleratorHour!.Value.Amount, plan.PriceFrom, plan.Utilisation, cost.UncachedInput.Amount, cost.CacheRead.Amount,
        cost.Output.Amount, cost.Blended.Amount, cost.InputPerContextToken.Amount, cost.OutputPerContextToken.Amount);
}

/// <param name="WattsPerAccelerator">Drawn on average.</param>
/// <param name="JoulesPerToken">Of these requests' mix; megajoules per million tokens.</param>
/// <param name="KilowattHoursPerMillionTokens">Of these requests' mix.</param>
[Name("EstimateEnergy")]
public sealed record EstimateEnergy(double WattsPerAccelerator, double JoulesPerToken, double KilowattHoursPerMillionTokens)
{
    internal const double MegajoulesPerKilowattHour = 3.6;
}
