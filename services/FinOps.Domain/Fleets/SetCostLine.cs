using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>Sets one cost line of a fleet from an instant on. The same name and instant again replaces. Each kind takes its own fields only.</summary>
public sealed record SetCostLine
{
    private static readonly CostLineKind[] SharedKinds = [CostLineKind.Hourly, CostLineKind.Overhead, CostLineKind.Actual];

    public required string Fleet { get; init; }

    public required string Line { get; init; }

    public required CostLineKind Kind { get; init; }

    /// <summary>On a 15-minute boundary; null is the start of the day (UTC) on which it is recorded.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>On a 15-minute boundary after it; null is open, and of a purchase the end of its term.</summary>
    public DateTimeOffset? To { get; init; }

    public required string Currency { get; init; }

    public bool IsShared { get; init; }

    public decimal? CostPerHour { get; init; }

    public decimal? PricePerAcceleratorHour { get; init; }

    public decimal? Count { get; init; }

    public decimal? PricePerAccelerator { get; init; }

    public decimal? SalvagePerAccelerator { get; init; }

    public int? TermMonths { get; init; }

    public decimal? KilowattsPerAccelerator { get; init; }

    public decimal? PowerUsageEffectiveness { get; init; }

    public decimal? PricePerKilowattHour { get; init; }

    public decimal? Percent { get; init; }

    public decimal? Amount { get; init; }

    public IReadOnlyList<SetTokenPrice>? Prices { get; init; }

    /// <summary>Whose tokens are priced; null or empty is all models.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <exception cref="RejectedException">With every failure at once.</exception>
    public CostLine Decide(DateTimeOffset now)
    {
        var start = Day.FromOrStart(From, now);
        var checks = new Checks();
        checks.Named(Fleet, "fleet");
        checks.Named(Line, "line");
        checks.CurrencyCode(Currency);
        checks.Boundary(start, "from");
        if (To is { } to)
        {
            checks.Boundary(to, "to");
            if (to <= start) checks.Fail("window_empty", "to", "`to` must lie after `from`.");
        }

        CheckFields(checks, start);
        checks.ThrowIfAny();
        return LineFrom(start);
    }

    /// <summary>A line that was decided before: what was plausible then is a fact for ever.</summary>
    public CostLine Recorded() => LineFrom(From ?? throw new InvalidOperationException("A recorded line says from when it holds."));

    private CostLine LineFrom(DateTimeOffset start)
    {
        var terms = Terms();
        var end = To?.ToUniversalTime() ?? (terms as CostTerms.Purchase)?.End(start);
        return new CostLine(new FleetId(Fleet), Line, start, end, new Currency(Currency), terms, IsShared);
    }

    private void CheckFields(Checks checks, DateTimeOffset start)
    {
        foreach (var field in CostLineField.All)
        {
            var value = field.Of(this);
            if (!field.IsOf(Kind))
            {
                if (value is not null) checks.Fail("field_unexpected", field.Name, $"`{field.Name}` has no place in a line of kind {Kind}; leave it out.");
            }
            else if (value is null) checks.Fail("field_missing", field.Name, $"A line of kind {Kind} needs `{field.Name}`.");
            else field.Check(checks, value.Value, Currency);
        }

        if (Kind == CostLineKind.Serverless)
        {
            if (Prices is not { Count: > 0 }) checks.Fail("field_missing", "prices", $"A line of kind {Kind} needs `prices`.");
            else SetTokenPrices.Check(Prices, Models ?? [], CostLineField.IsNearDollar(Currency), checks, "");
        }
        else if (Prices is not null || Models is not null)
        {
            var field = Prices is not null ? "prices" : "models";
            checks.Fail("field_unexpected", field, $"`{field}` has no place in a line of kind {Kind}; leave it out.");
        }

        if (Kind == CostLineKind.Purchase) CheckPurchase(checks, start);
        if (Kind == CostLineKind.Actual && To is null)
            checks.Fail("field_missing", "to", "What was paid was paid for a stretch of time; say until when with `to`.");
        if (IsShared && !SharedKinds.Contains(Kind))
            checks.Fail("shared_invalid", "shared", $"What serves several fleets has no accelerators, so no line of kind {Kind}; use Hourly, Overhead or Actual.");
    }

    private void CheckPurchase(Checks checks, DateTimeOffset start)
    {
        if (SalvagePerAccelerator > PricePerAccelerator)
            checks.Fail("salvage_invalid", "salvagePerAccelerator", "`salvagePerAccelerator` is more than `pricePerAccelerator`; it is what is left of it.");
        if (TermMonths is not (>= 1 and <= 240)) return; // Told already.
        var end = start.AddMonths(TermMonths.Value);
        if (To > end)
        {
            checks.Fail(
                "to_beyond_term", "to",
                string.Create(CultureInfo.InvariantCulture, $"`to` lies after the term, which ends at {end:yyyy-MM-dd'T'HH:mm:ss'Z'}; nothing is left to write off."));
        }
    }

    private CostTerms Terms() => Kind switch
    {
        CostLineKind.Hourly => new CostTerms.Hourly(CostPerHour!.Value),
        CostLineKind.OnDemand => new CostTerms.OnDemand(PricePerAcceleratorHour!.Value),
        CostLineKind.Spot => new CostTerms.Spot(PricePerAcceleratorHour!.Value, Count!.Value),
        CostLineKind.Committed => new CostTerms.Committed(PricePerAcceleratorHour!.Value, Count!.Value),
        CostLineKind.Purchase => new CostTerms.Purchase(PricePerAccelerator!.Value, SalvagePerAccelerator!.Value, TermMonths!.Value, Count!.Value),
        CostLineKind.Power => new CostTerms.Power(KilowattsPerAccelerator!.Value, PowerUsageEffectiveness!.Value, PricePerKilowattHour!.Value),
        CostLineKind.Overhead => new CostTerms.Overhead(Percent!.Value),
        CostLineKind.Actual => new CostTerms.Actual(Amount!.Value),
        CostLineKind.Serverless => new CostTerms.Serverless(SetTokenPrices.ToPrices(Prices!, Models ?? [])),
        _ => throw new InvalidOperationException($"Kind {Kind} has no terms."),
    };
}
