using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Scenarios;

/// <summary>How accelerator-hours are paid.</summary>
/// <param name="Kind">By the hour, for years, once.</param>
public sealed record Payment(PriceKind Kind)
{
    /// <summary>Whose price; null is the price book's choice.</summary>
    public string? Provider { get; init; }

    /// <summary>Which of a range.</summary>
    public PricePoint Point { get; init; } = PricePoint.Middle;

    /// <summary>In place of the price book's; of spot and commitments, the price on demand that their discount is taken off.</summary>
    public Money? AcceleratorHour { get; init; }

    /// <summary>Of spot: gaps and interruptions; its discount, unless the price book has it.</summary>
    public SpotUse? Spot { get; init; }

    /// <summary>Of spot: whether hours without are served on demand rather than caught up later.</summary>
    public bool Fallback { get; init; }

    /// <summary>Of a commitment, unless the price book has it.</summary>
    public decimal? Discount { get; init; }

    /// <summary>Of what is owned; with a price of zero, the price book's is taken.</summary>
    public OwnedHour? Owned { get; init; }

    /// <summary>What so many accelerators in each hour of a day cost.</summary>
    /// <param name="accelerator">Key of the chip.</param>
    /// <param name="hourly">How many are needed, by hour.</param>
    /// <param name="prices">Where prices are looked up.</param>
    /// <exception cref="RejectedException">No price is known.</exception>
    public Money Day(string accelerator, IReadOnlyList<decimal> hourly, PriceBook prices) => Kind switch
    {
        PriceKind.OnDemand => Times(List(accelerator, prices), hourly.Sum()),
        PriceKind.Spot => Times(Useful(accelerator, prices), hourly.Sum()),
        PriceKind.Committed => Committed(accelerator, hourly, prices),
        PriceKind.Purchase => Times(Bought(accelerator, prices).Checked().Hour, hourly.Max() * hourly.Count),
        PriceKind.Rental or PriceKind.OwnHyperscaler or PriceKind.OwnNeocloud =>
            Times(AcceleratorHour ?? prices.AcceleratorHour(accelerator, Kind, Provider, Point), hourly.Max() * hourly.Count),
        _ => throw new RejectedException(new Rejection("payment_invalid", "payment.kind", $"`payment.kind` is {Kind}, which pays for no accelerator-hours.")),
    };

    private Money List(string accelerator, PriceBook prices) =>
        AcceleratorHour ?? prices.AcceleratorHour(accelerator, PriceKind.OnDemand, OnDemandProvider(accelerator, prices), Point);

    /// <summary>A discount may be somebody's who has no price on demand here; then the book's choice is what it is taken off.</summary>
    private string? OnDemandProvider(string accelerator, PriceBook prices) =>
        Kind == PriceKind.OnDemand || prices.Find(PriceKind.OnDemand, PriceUnit.AcceleratorHour, accelerator, Provider) is not null ? Provider : null;

    private Money Useful(string accelerator, PriceBook prices)
    {
        var spot = Spot ?? new SpotUse(Off(accelerator, prices), 1);
        return Fallback ? spot.UsefulHourWithFallback(List(accelerator, prices)) : spot.UsefulHour(List(accelerator, prices));
    }

    private Money Committed(string accelerator, IReadOnlyList<decimal> hourly, PriceBook prices)
    {
        var off = Discount ?? Off(accelerator, prices);
        return new CommittedUse(off, CommittedUse.BestCount(hourly, off)).Cost(hourly, List(accelerator, prices)).Total;
    }

    private OwnedHour Bought(string accelerator, PriceBook prices)
    {
        if (Owned is not { } owned)
        {
            throw new RejectedException(new Rejection(
                "payment_invalid", "payment.owned", "`payment.owned` is missing: say years, interest, kilowatts and the price of electricity."));
        }

        if (owned.Price.Amount > 0) return owned;
        return prices.Find(PriceKind.Purchase, PriceUnit.Accelerator, accelerator, Provider) is { } row
            ? owned with { Price = new Money(row.At(Point), row.Currency!.Value) }
            : throw new RejectedException(new Rejection(
                "price_unknown", "payment.owned.price", $"No purchase price of {accelerator} is known; say `payment.owned.price`."));
    }

    private decimal Off(string accelerator, PriceBook prices) =>
        prices.Find(Kind, PriceUnit.Discount, accelerator, Provider) is { } row
            ? row.At(Point)
            : throw new RejectedException(new Rejection(
                "price_unknown", "payment", $"No discount of {Kind} on {accelerator} is known; say it, or add a row to prices.json."));

    private static Money Times(Money hour, decimal hours) => hour.Currency.Rounded(hour.Amount * hours);
}
