using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Variance;

/// <summary>A cause of the gap in words.</summary>
/// <param name="Effect">Which kind.</param>
/// <param name="Fleet">Where.</param>
/// <param name="Model">Null where it is the fleet's.</param>
/// <param name="Money">Above zero costs more than the target.</param>
/// <param name="Share">Of the whole gap, 12 decimals; below zero where it goes the other way, null where there is no gap.</param>
/// <param name="Text">A sentence.</param>
public sealed record VarianceExplanation(VarianceEffect Effect, FleetId Fleet, ModelId? Model, decimal Money, decimal? Share, string Text);
