using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Economics;

/// <summary>Where the same work could run, and what it would cost there.</summary>
/// <param name="Name">Of the cloud, region or hall.</param>
/// <param name="AcceleratorHour">There.</param>
/// <param name="MillionsPerAcceleratorHour">Million tokens that one accelerator makes there in an hour at full load.</param>
/// <param name="Utilisation">The share of that which is used: above 0, at most 1.</param>
public sealed record CloudOffer(string Name, Money AcceleratorHour, decimal MillionsPerAcceleratorHour, decimal Utilisation)
{
    /// <summary>Of data that come in or go out, per gigabyte.</summary>
    public decimal TransferPerGigabyte { get; init; }

    /// <summary>Moved per million tokens.</summary>
    public decimal GigabytesPerMillion { get; init; }

    /// <summary>Most million tokens an hour that can be had; null is no limit.</summary>
    public decimal? MostMillionsPerHour { get; init; }

    /// <summary>hour / (millions · utilisation) + gigabytes · price of a gigabyte.</summary>
    public Money PerMillion => AcceleratorHour.Currency.Rounded(
        AcceleratorHour.Amount / (MillionsPerAcceleratorHour * Utilisation) + GigabytesPerMillion * TransferPerGigabyte);
}

/// <param name="Offer">Where.</param>
/// <param name="MillionsPerHour">How much goes there.</param>
public sealed record PlacedWork(CloudOffer Offer, decimal MillionsPerHour);

/// <summary>The cheapest place first, until all work is placed.</summary>
public static class ChooseCloud
{
    /// <param name="offers">All in one currency.</param>
    /// <param name="millionsPerHour">To be placed.</param>
    /// <exception cref="RejectedException">There is not enough capacity, or currencies differ.</exception>
    public static IReadOnlyList<PlacedWork> Of(IReadOnlyList<CloudOffer> offers, decimal millionsPerHour)
    {
        if (offers.Select(o => o.AcceleratorHour.Currency).Distinct().Skip(1).Any())
            throw new RejectedException(new Rejection("currency_mixed", "offers", "Offers are in different currencies; convert them first."));
        var placed = new List<PlacedWork>();
        var left = millionsPerHour;
        foreach (var offer in offers.OrderBy(o => o.PerMillion.Amount).ThenBy(o => o.Name, StringComparer.Ordinal))
        {
            if (left <= 0) break;
            var part = Math.Min(left, offer.MostMillionsPerHour ?? left);
            if (part > 0) placed.Add(new PlacedWork(offer, part));
            left -= part;
        }

        if (left > 0)
        {
            throw new RejectedException(new Rejection(
                "capacity_missing", "offers", FormattableString.Invariant($"{left} million tokens an hour find no place; add an offer, or raise `mostMillionsPerHour`.")));
        }

        return placed;
    }

    public static Money PerMillion(IReadOnlyList<PlacedWork> placed) => placed[0].Offer.AcceleratorHour.Currency.Rounded(
        placed.Sum(p => p.MillionsPerHour * p.Offer.PerMillion.Amount) / placed.Sum(p => p.MillionsPerHour));
}
