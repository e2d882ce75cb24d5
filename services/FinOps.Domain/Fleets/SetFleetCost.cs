using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>Sets what a fleet costs per hour from an instant on. The same instant again replaces.</summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="From">On a 15-minute boundary; null is the start of the day (UTC) on which it is recorded.</param>
/// <param name="To">On a 15-minute boundary after it; null is open.</param>
/// <param name="CostPerHour">Of the whole fleet.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Accelerator">For people.</param>
/// <param name="Count">For people.</param>
public sealed record SetFleetCost(
    string Fleet, DateTimeOffset? From, DateTimeOffset? To, decimal CostPerHour, string Currency, string? Accelerator, int? Count)
{
    /// <exception cref="RejectedException">With every failure at once.</exception>
    public FleetCost Decide(DateTimeOffset now)
    {
        var start = Day.FromOrStart(From, now);
        var checks = new Checks();
        checks.Named(Fleet, "fleet");
        checks.CurrencyCode(Currency);
        checks.Amount(CostPerHour, "costPerHour", Money.AllocationDecimals);
        checks.Boundary(start, "from");
        if (To is { } to)
        {
            checks.Boundary(to, "to");
            if (to <= start) checks.Fail("window_empty", "to", "`to` must lie after `from`.");
        }

        if (Accelerator is not null) checks.Named(Accelerator, "accelerator");
        if (Count is < 1) checks.Fail("count_invalid", "count", $"`count` is {Count}; it must be at least 1.");
        checks.ThrowIfAny();
        return new FleetCost(
            new FleetId(Fleet), start, To?.ToUniversalTime(), new Money(CostPerHour, new Currency(Currency)), Accelerator, Count);
    }
}
