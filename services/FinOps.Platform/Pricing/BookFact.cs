using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

namespace FinOps.Platform.Pricing;

/// <summary>A stored fact of the books: what holds from when on, who said so when, and why. A new kind derives from it and names its subject.</summary>
public abstract record BookFact
{
    /// <summary>From when on it holds.</summary>
    public abstract DateTimeOffset From { get; init; }

    /// <summary>From when on it was known.</summary>
    public abstract DateTimeOffset RecordedAt { get; init; }

    /// <summary>The credential's name.</summary>
    public abstract string RecordedBy { get; init; }

    /// <summary>Why, where somebody said so.</summary>
    public string? Reason { get; init; }

    /// <summary>The re-rating that it is part of; null where it was set by itself.</summary>
    public string? Rerating { get; init; }

    internal abstract BookSubject Subject { get; }

    /// <summary>Whether it holds from before the quarter-hour in which it was recorded, so that figures of the past changed.</summary>
    internal bool IsBackdated => From < QuarterHour.Holding(RecordedAt).Start;
}

/// <summary>What a fact is about.</summary>
public enum BookSubjectKind
{
    /// <summary>A model's rates.</summary>
    RateCard,

    /// <summary>The cost of a whole fleet.</summary>
    FleetCost,

    /// <summary>How many accelerators a fleet has.</summary>
    FleetSize,

    /// <summary>One reason why a fleet costs money.</summary>
    CostLine,

    /// <summary>What tokens should cost.</summary>
    Target,

    /// <summary>What tokens weigh.</summary>
    WorkWeights,

    /// <summary>Who a tenant is.</summary>
    Tenant,

    /// <summary>What a currency is worth in another.</summary>
    ExchangeRate,

    /// <summary>Which month is closed.</summary>
    Period,
}

/// <summary>Of what a fact is. A name that is null means that the kind has none.</summary>
/// <param name="Kind">What is said.</param>
/// <param name="Fleet">Of this fleet.</param>
/// <param name="Model">Of this model.</param>
/// <param name="Line">Under this name.</param>
/// <param name="Tenant">Of this tenant.</param>
internal sealed record BookSubject(BookSubjectKind Kind, string? Fleet = null, string? Model = null, string? Line = null, string? Tenant = null)
{
    /// <summary>Whether the fact can move a figure of the usage by itself.</summary>
    public bool Touches(UsageSeries usage) =>
        IsOfMoney && (Fleet is null || usage.Fleet?.Value == Fleet) && (Model is null || usage.Model.Value == Model);

    /// <summary>Whether the fact can move cost that no work carries.</summary>
    public bool TouchesIdleCostOf(FleetId fleet) => IsOfMoney && Model is null && (Fleet is null || Fleet == fleet.Value);

    private bool IsOfMoney => Kind is not (BookSubjectKind.Tenant or BookSubjectKind.Period);
}
