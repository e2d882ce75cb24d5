using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>A rate card behind a charge, by its name: what is kept of it outlives the book that it came from.</summary>
/// <param name="Model">The card's, also where usage came under an alias.</param>
/// <param name="Version">The ordinal among the model's cards as they were recorded.</param>
/// <param name="From">Since when it holds.</param>
public sealed record CardUsed(ModelId Model, int Version, DateTimeOffset From);
