using FinOps.Domain.Pricing;
using GraphQL;

namespace FinOps.Platform.Pricing;

/// <summary>A model's rates from an instant on; the same in GraphQL and in files.</summary>
[Name("RateCardInput")]
public sealed class RateCardInput : IBookInput
{
    public required string Model { get; init; }

    /// <summary>On a 15-minute boundary; by default the start of today, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    public required string Currency { get; init; }

    public required IReadOnlyList<RateInput> Rates { get; init; }

    /// <summary>Why; kept with the fact.</summary>
    public string? Reason { get; init; }

    public SetRateCard ToCommand() =>
        new(Model, From, Currency, [.. Rates.Select(r => new SetRate(r.UnitClass, r.PerUnit, r.PerMillion))]);

    BookEntry IBookInput.Decide(DateTimeOffset now, string by) => RateCardSet.Entry(ToCommand().Decide(now), From is not null, now, by);
}

/// <summary>One class's rate: per unit or per million units.</summary>
[Name("RateInput")]
public sealed class RateInput
{
    public required string UnitClass { get; init; }

    public decimal? PerUnit { get; init; }

    public decimal? PerMillion { get; init; }
}
