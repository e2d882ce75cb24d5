using FinOps.Domain.Metering;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Simulation.Load;
using Books = FinOps.Simulation.Store.Books;

namespace FinOps.Simulation.Platform;

/// <summary>What a tenant owes, month by month, from buckets and rate cards; summed per card first, as the platform's query does.</summary>
internal static class Spend
{
    public static Dictionary<Window, Money> PerMonth(Books books, TenantId tenant)
    {
        var sums = new Dictionary<(int Year, int Month, RateCard Card), long[]>();
        foreach (var ((key, _), bucket) in books.Buckets.GetValueOrDefault(tenant) ?? [])
        {
            if (Tariff.Book.At(key.Model, key.Slot) is not { } card) continue;
            var start = key.Slot.Start;
            if (!sums.TryGetValue((start.Year, start.Month, card), out var sum))
                sums.Add((start.Year, start.Month, card), sum = new long[UnitClass.All.Count]);
            var quantities = bucket.Quantities.AsSpan();
            for (var i = 0; i < sum.Length; i++) sum[i] += quantities[i];
        }

        var spends = new Dictionary<Window, Money>();
        foreach (var ((year, month, card), sum) in sums)
        {
            var window = MonthOf(year, month);
            var charge = new Money(card.ChargeFor(Quantities.Of(sum)).Amount, Currency.Usd);
            spends[window] = spends.TryGetValue(window, out var other) ? other + charge : charge;
        }

        return spends;
    }

    public static Window MonthOf(MeterMonth month) => MonthOf(month.Year, month.Month);

    private static Window MonthOf(int year, int month)
    {
        var start = new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero);
        return new Window(start, start.AddMonths(1));
    }
}
