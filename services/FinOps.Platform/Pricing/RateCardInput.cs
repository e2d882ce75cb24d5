using FinOps.Domain.Pricing;
using GraphQL;

namespace FinOps.Platform.Pricing;

/// <summary>What a model is sold for from an instant on; the same in GraphQL and in files. See docs/rate-cards.md.</summary>
[Name("RateCardInput")]
public sealed class RateCardInput
{
    public required string Model { get; init; }

    /// <summary>On a 15-minute boundary; by default the start of today, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive, on a 15-minute boundary; by default open, until the next card.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Says that from `to` on the model shall be unpriced.</summary>
    public bool? EndsWithoutSuccessor { get; init; }

    public required string Currency { get; init; }

    /// <summary>Other names under which the model's usage may come; a card of such a name's own wins.</summary>
    public IReadOnlyList<string>? ModelAliases { get; init; }

    /// <summary>For this tenant only.</summary>
    public string? Tenant { get; init; }

    /// <summary>For the tenants of this contract only.</summary>
    public string? Contract { get; init; }

    /// <summary>Who has the contract.</summary>
    public IReadOnlyList<string>? Tenants { get; init; }

    /// <summary>At least one, or `markupPercent`.</summary>
    public IReadOnlyList<RateInput>? Rates { get; init; }

    /// <summary>Off the standard rates, for a service tier without rates of its own.</summary>
    public IReadOnlyList<DiscountInput>? Discounts { get; init; }

    /// <summary>The first units of a class in each calendar month (UTC), free.</summary>
    public IReadOnlyList<FreeUnitsInput>? FreeUnitsPerMonth { get; init; }

    /// <summary>Instead of rates: the charge is the usage's share of its fleet's cost and so much more.</summary>
    public decimal? MarkupPercent { get; init; }

    /// <summary>For `chargeRounded`.</summary>
    public RoundingInput? Rounding { get; init; }

    public SetRateCard ToCommand() => new(
        Model, From, Currency,
        [.. (Rates ?? []).Select(r => new SetRate(r.UnitClass, r.PerUnit, r.PerMillion, r.ContextAboveTokens, r.ServiceTier, r.VolumeAboveUnits))])
    {
        To = To,
        EndsWithoutSuccessor = EndsWithoutSuccessor ?? false,
        ModelAliases = ModelAliases ?? [],
        Tenant = Tenant,
        Contract = Contract,
        Tenants = Tenants ?? [],
        Discounts = [.. (Discounts ?? []).Select(d => new SetDiscount(d.ServiceTier, d.Percent))],
        FreeUnitsPerMonth = [.. (FreeUnitsPerMonth ?? []).Select(f => new SetFreeUnits(f.UnitClass, f.Units))],
        MarkupPercent = MarkupPercent,
        Rounding = Rounding is { } rounding ? new Rounding(rounding.Decimals, rounding.Mode) : null,
    };
}

/// <summary>One class's rate: per unit or per million units.</summary>
[Name("RateInput")]
public sealed class RateInput
{
    public required string UnitClass { get; init; }

    public decimal? PerUnit { get; init; }

    public decimal? PerMillion { get; init; }

    /// <summary>For records with more input tokens; 32000, 128000, 200000, 256000, 272000, 512000 or 1000000.</summary>
    public int? ContextAboveTokens { get; init; }

    /// <summary>`batch`, `flex` or `priority`; by default `standard`.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>For the units of a calendar month (UTC) beyond so many.</summary>
    public long? VolumeAboveUnits { get; init; }
}

/// <summary>A service tier's percent off the standard rates.</summary>
[Name("DiscountInput")]
public sealed class DiscountInput
{
    /// <summary>`batch`, `flex` or `priority`.</summary>
    public required string ServiceTier { get; init; }

    public required decimal Percent { get; init; }
}

/// <summary>The first units of a class in a month, free.</summary>
[Name("FreeUnitsInput")]
public sealed class FreeUnitsInput
{
    public required string UnitClass { get; init; }

    public required long Units { get; init; }
}

/// <summary>How a charge is rounded where it is shown rounded.</summary>
[Name("RoundingInput")]
public sealed class RoundingInput
{
    /// <summary>0 to 12.</summary>
    public required int Decimals { get; init; }

    public required RoundingMode Mode { get; init; }
}
