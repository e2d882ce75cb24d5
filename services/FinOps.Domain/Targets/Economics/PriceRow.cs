using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Economics;

/// <summary>In which way something is paid for.</summary>
public enum PriceKind
{
    /// <summary>By the hour, for as long as one likes.</summary>
    OnDemand,

    /// <summary>By the hour, until the seller wants it back.</summary>
    Spot,

    /// <summary>By the hour for years, used or not.</summary>
    Committed,

    /// <summary>A whole machine for years, a part paid ahead.</summary>
    Rental,

    /// <summary>What an hour of one's own costs a hyperscaler, capital and running.</summary>
    OwnHyperscaler,

    /// <summary>What an hour of one's own costs a smaller cloud, capital and running.</summary>
    OwnNeocloud,

    /// <summary>Once, for good.</summary>
    Purchase,

    /// <summary>By what is used: tokens, hours of sound.</summary>
    Serverless,

    /// <summary>Electricity.</summary>
    Power,

    /// <summary>Data that leave a cloud.</summary>
    Egress,
}

/// <summary>What a price is for.</summary>
public enum PriceUnit
{
    AcceleratorHour,
    Accelerator,

    /// <summary>No amount of money, but the share that is taken off the price on demand: 0 to 1.</summary>
    Discount,
    MillionInputTokens,
    MillionCachedInputTokens,
    MillionOutputTokens,
    AudioHour,
    KilowattHour,
    Gigabyte,
}

/// <summary>A price that somebody asks, with where it was seen.</summary>
/// <param name="Kind">In which way it is paid.</param>
/// <param name="Unit">What it is for.</param>
/// <param name="Subject">Key of the accelerator or model; null where it is for any.</param>
/// <param name="Provider">Who asks it, or <c>market</c>.</param>
/// <param name="Low">The lowest seen; a discount is a share.</param>
/// <param name="High">The highest seen; the same as the lowest where one price was seen.</param>
/// <param name="Currency">Null of a discount.</param>
/// <param name="Provenance">Where and when.</param>
public sealed record PriceRow(
    PriceKind Kind, PriceUnit Unit, string? Subject, string Provider, decimal Low, decimal High, Currency? Currency, Provenance Provenance)
{
    /// <summary>How long one is bound, where one is.</summary>
    public decimal? TermYears { get; init; }

    public decimal Middle => (Low + High) / 2;

    public decimal At(PricePoint point) => point switch { PricePoint.Low => Low, PricePoint.High => High, _ => Middle };
}

/// <summary>Which of a range of prices.</summary>
public enum PricePoint
{
    Middle,
    Low,
    High,
}
