using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What turns usage into money: rates, costs and targets, and what tokens weigh. The recorded ones, or supposed ones.</summary>
public sealed record Rating(Books Books, Timeline<WorkWeights> Weights);
