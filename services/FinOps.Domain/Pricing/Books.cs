using FinOps.Domain.Currencies;
using FinOps.Domain.Fleets;
using FinOps.Domain.Periods;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;
using FinOps.Domain.Tenants;

namespace FinOps.Domain.Pricing;

/// <summary>What is known at one moment of record time: rates, fleet costs, targets, work weights. Never changes; a newer one takes its place.</summary>
public sealed record Books(RateBook Rates, FleetBook Fleets, TargetBook Targets)
{
    /// <summary>When the last of their facts was recorded; null where there is none.</summary>
    public DateTimeOffset? LastRecordedAt { get; init; }

    /// <summary>What tokens weigh.</summary>
    public WeightBook Weights { get; init; } = WeightBook.Declared;

    public static readonly Books Empty = new(new RateBook([]), new FleetBook([]), new TargetBook([]));

    /// <summary>Who tenants are.</summary>
    public TenantBook Tenants { get; init; } = TenantBook.Empty;

    /// <summary>What currencies are worth in each other.</summary>
    public ExchangeBook Exchange { get; init; } = ExchangeBook.Empty;

    /// <summary>Which months are closed.</summary>
    public PeriodBook Periods { get; init; } = PeriodBook.Empty;
}
