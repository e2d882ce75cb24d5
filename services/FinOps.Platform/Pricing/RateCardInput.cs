using FinOps.Domain.Pricing;
using GraphQL;

namespace FinOps.Platform.Pricing;

/// <summary>A model's rates from an instant on; the same in GraphQL and in files.</summary>
[Name("RateCardInput")]
public sealed class RateCardInput
{
    public required string Model { get; init; }

    /// <summary>On a 15-minute boundary; by default the start of today, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    public required string Currency { get; init; }

    public required IReadOnlyList<RateInput> Rates { get; init; }

    public SetRateCard ToCommand() =>
        new(Model, From, Currency, [.. Rates.Select(r => new SetRate(r.UnitClass, r.PerUnit, r.PerMillion))]);
}

/// <summary>One class's rate: per unit or per million units.</summary>
[Name("RateInput")]
public sealed class RateInput
{
    public required string UnitClass { get; init; }

    public decimal? PerUnit { get; init; }

    public decimal? PerMillion { get; init; }
}
