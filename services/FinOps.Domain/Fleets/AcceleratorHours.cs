using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>How many accelerator-hours a fleet had: by its size, else by the number that the cost of the whole fleet names.</summary>
public static class AcceleratorHours
{
    /// <param name="book">Sizes and costs.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="window">Of event time.</param>
    /// <param name="now">What has not passed yet does not count.</param>
    /// <returns>Null where the number was not known in some quarter-hour that cost something.</returns>
    public static decimal? Of(FleetBook book, FleetId fleet, Window window, DateTimeOffset now)
    {
        if (book.Extent(fleet) is not { } extent) return null;
        var quarters = 0m;
        var first = QuarterHour.Holding(extent.From > window.From ? extent.From : window.From).Index;
        var end = extent.To is { } to && to < window.To ? QuarterHour.Holding(to).Index : window.EndSlot.Index;
        for (var i = first; i < end; i++)
        {
            var slot = new QuarterHour(i);
            if (slot.Start >= now) break;
            if (book.SizeAt(fleet, slot) is { } size) quarters += size.Count;
            else if (book.At(fleet, slot) is { } whole)
            {
                if (whole.Count is not { } count) return null;
                quarters += count;
            }
        }

        return quarters / 4;
    }

    /// <param name="book">Sizes and costs.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="hour">In hours since 1970.</param>
    /// <param name="cost">Of the hour: a quarter that costs nothing has none.</param>
    /// <returns>By quarter; null where the number was not known in one that cost something.</returns>
    public static decimal[]? ByQuarter(FleetBook book, FleetId fleet, int hour, FleetHourCost cost)
    {
        var hours = new decimal[FleetHourCost.Quarters];
        for (var i = 0; i < hours.Length; i++)
        {
            if (cost.Parts[i].Count == 0) continue;
            var slot = new QuarterHour(hour * FleetHourCost.Quarters + i);
            if ((book.SizeAt(fleet, slot)?.Count ?? book.At(fleet, slot)?.Count) is not { } count) return null;
            hours[i] = count / FleetHourCost.Quarters;
        }

        return hours;
    }

    /// <returns>What an accelerator-hour of the fleet costs then, all of its lines together, to 12 decimals; null where cost or number are not known, or zero.</returns>
    public static Money? PriceAt(FleetBook book, FleetId fleet, QuarterHour slot)
    {
        if (book.OfHour(fleet, slot.Hour) is not { } cost || ByQuarter(book, fleet, slot.Hour, cost) is not { } hours) return null;
        var quarter = slot.Index - slot.Hour * FleetHourCost.Quarters;
        if (hours[quarter] == 0) return null;
        var price = decimal.Round(cost.QuarterCosts[quarter] / hours[quarter], Money.AllocationDecimals, MidpointRounding.ToEven);
        return price > 0 ? new Money(price, cost.Cost.Currency) : null;
    }
}
