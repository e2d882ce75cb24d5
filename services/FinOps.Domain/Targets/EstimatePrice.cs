using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>
/// What an hour of the chip costs: as the request says, else by the price book; there, where no way of paying is asked for, on demand, else
/// rented, else one's own. Of a range the middle.
/// </summary>
internal static class EstimatePrice
{
    private static readonly PriceKind[] Usual = [PriceKind.OnDemand, PriceKind.Rental, PriceKind.OwnNeocloud, PriceKind.OwnHyperscaler];

    /// <returns>The price and whose it is; null where nobody is known to ask one.</returns>
    /// <exception cref="RejectedException">A way of paying or a provider is asked for of which no price is known.</exception>
    public static (Money Hour, string From)? Of(EstimateRequest asked, Accelerator chip, PriceBook? prices)
    {
        if (asked.PricePerAcceleratorHour is { } price) return (new Money(price, new Currency(asked.Currency!)), "as given");
        if (prices is null) return null;
        if (asked.PriceKind is { } kind) return (prices.AcceleratorHour(chip.Key, kind, asked.Provider), $"{Words(kind)}, {asked.Provider ?? "the price book's"}");
        var row = Usual.Select(k => prices.Find(k, PriceUnit.AcceleratorHour, chip.Key, asked.Provider)).FirstOrDefault(r => r is not null);
        if (row is not null) return (new Money(row.Middle, row.Currency!.Value), $"{Words(row.Kind)}, {row.Provider}, {row.Provenance.AsOf}");
        return asked.Provider is null ? null : (prices.AcceleratorHour(chip.Key, PriceKind.OnDemand, asked.Provider), asked.Provider);
    }

    private static string Words(PriceKind kind) =>
        string.Concat($"{kind}".Select((c, i) => char.IsUpper(c) && i > 0 ? $" {char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
