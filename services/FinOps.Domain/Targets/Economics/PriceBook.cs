using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Economics;

/// <summary>The prices that are known of accelerators, tokens, electricity and transfer.</summary>
public sealed class PriceBook(IReadOnlyList<PriceRow> rows)
{
    public IReadOnlyList<PriceRow> All => rows;

    /// <summary>The price to reckon with: a verified one before others, then the newest, then the cheapest.</summary>
    /// <param name="kind">In which way it is paid.</param>
    /// <param name="unit">What it is for.</param>
    /// <param name="subject">Key of the accelerator or model; rows for any count, after its own.</param>
    /// <param name="provider">Null is any.</param>
    /// <returns>Null when nobody is known to ask one.</returns>
    public PriceRow? Find(PriceKind kind, PriceUnit unit, string? subject, string? provider = null) => rows
        .Where(r => r.Kind == kind && r.Unit == unit && (r.Subject is null || Same(r.Subject, subject)) && (provider is null || Same(r.Provider, provider)))
        .OrderBy(r => r.Subject is null).ThenBy(r => r.Provenance.Unverified).ThenByDescending(r => r.Provenance.AsOf, StringComparer.Ordinal).ThenBy(r => r.Low)
        .FirstOrDefault();

    /// <summary>
    /// What an hour of an accelerator costs, used or not, when paid in that way. A discount is taken off the price on demand of the same
    /// provider, else of the one that <see cref="Find"/> prefers.
    /// </summary>
    /// <exception cref="RejectedException">No such price is known; the message says which are.</exception>
    public Money AcceleratorHour(string accelerator, PriceKind kind, string? provider = null, PricePoint point = PricePoint.Middle)
    {
        if (Find(kind, PriceUnit.AcceleratorHour, accelerator, provider) is { } hourly) return new Money(hourly.At(point), hourly.Currency!.Value);
        if (Find(kind, PriceUnit.Discount, accelerator, provider) is { } discount && OnDemand(accelerator, provider) is { } list)
        {
            // The lowest price is the one with the highest discount.
            var share = discount.At(point switch { PricePoint.Low => PricePoint.High, PricePoint.High => PricePoint.Low, _ => point });
            return new Money(list.At(point) * (1 - share), list.Currency!.Value);
        }

        var known = rows.Where(r => Same(r.Subject, accelerator)).Select(r => $"{r.Kind} of {r.Provider}").Distinct(StringComparer.OrdinalIgnoreCase);
        var wanted = $"{accelerator} paid as {kind}{(provider is null ? "" : $" of {provider}")}";
        throw new RejectedException(new Rejection(
            "price_unknown", "price",
            $"No hourly price of {wanted} is known; give one, add a row to prices.json, or take one of: {string.Join(", ", known.DefaultIfEmpty("none"))}."));
    }

    private PriceRow? OnDemand(string accelerator, string? provider) =>
        Find(PriceKind.OnDemand, PriceUnit.AcceleratorHour, accelerator, provider) ?? Find(PriceKind.OnDemand, PriceUnit.AcceleratorHour, accelerator);

    private static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
