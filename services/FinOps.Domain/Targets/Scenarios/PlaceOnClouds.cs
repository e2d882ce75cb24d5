using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Scenarios;

/// <summary>A part's work on the cheapest clouds.</summary>
internal static class PlaceOnClouds
{
    private const decimal Million = 1_000_000m;

    /// <param name="part">But for its cost.</param>
    /// <param name="accelerator">Key of its chip.</param>
    /// <param name="hourly">Accelerators that it needs, by hour.</param>
    /// <param name="setup">With the clouds.</param>
    /// <param name="tokensPerDay">Its work.</param>
    /// <param name="prices">Where prices are looked up.</param>
    /// <exception cref="RejectedException">The clouds have not enough, or the work has no tokens to share.</exception>
    public static PlayedPart Of(PlayedPart part, string accelerator, IReadOnlyList<decimal> hourly, ScenarioSetup setup, decimal tokensPerDay, PriceBook prices)
    {
        if (tokensPerDay <= 0) throw new RejectedException(new Rejection("clouds_invalid", "clouds", "`clouds` share tokens; say `demand.tokensPerHourOfSound`."));
        var millions = tokensPerDay / Million / hourly.Count;
        var perAccelerator = millions / hourly.Average() / (decimal)part.Utilisation;
        var offers = setup.Clouds.Select(cloud => new CloudOffer(
            cloud.Name, Hour(cloud.Payment.Day(accelerator, hourly, prices), hourly), perAccelerator, (decimal)part.Utilisation)
        {
            TransferPerGigabyte = cloud.TransferPerGigabyte,
            GigabytesPerMillion = setup.GigabytesPerMillion,
            MostMillionsPerHour = cloud.MostAccelerators is { } most ? millions * most / hourly.Max() : null,
        }).ToList();
        var placed = ChooseCloud.Of(offers, millions);
        var each = ChooseCloud.PerMillion(placed);
        return part with
        {
            PerDay = each.Currency.Rounded(each.Amount * millions * hourly.Count),
            Clouds = [.. placed.Select(p => (p.Offer.Name, p.MillionsPerHour / millions))],
        };
    }

    /// <summary>What the clouds still have when the part has taken its accelerators.</summary>
    public static IReadOnlyList<ScenarioCloud> Left(IReadOnlyList<ScenarioCloud> clouds, PlayedPart part) =>
        [.. clouds.Select(c => c with { MostAccelerators = c.MostAccelerators - part.Clouds.Where(p => p.Name == c.Name).Sum(p => p.Share) * part.MostAccelerators })];

    private static Money Hour(Money day, IReadOnlyList<decimal> hourly) => day.Currency.Rounded(day.Amount / hourly.Sum());
}
