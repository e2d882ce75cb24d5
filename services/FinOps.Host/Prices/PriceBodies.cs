using FinOps.Domain.Pricing;
using FinOps.Domain.Providers;
using FinOps.Domain.Values;

namespace FinOps.Host.Prices;

/// <summary>What a body costs at one provider's API, or why that is not known.</summary>
/// <param name="ProviderId">As the list names it.</param>
/// <param name="ApiFlavor">The provider's API as which the body was read.</param>
/// <param name="Reading">What it used, read so; null where it could not be read.</param>
/// <param name="Entry">The list's entry that the model's name means.</param>
/// <param name="Price">Exact, in USD; null where something of it is unpriced.</param>
/// <param name="Reason">Why there is no price.</param>
internal sealed record PricedRow(
    string ProviderId, string ApiFlavor, UsageReading? Reading, ListedModel? Entry, (decimal Input, decimal Output)? Price, string? Reason);

/// <param name="Body">The body.</param>
/// <param name="Reading">What it used, in the style that it shows; null where it has none that is read, or is flawed.</param>
/// <param name="Flaws">Why it could not be read.</param>
/// <param name="Rows">A row per provider and API that could have sent it.</param>
internal sealed record PricedBody(UsageBody Body, UsageReading? Reading, IReadOnlyList<Rejection> Flaws, IReadOnlyList<PricedRow> Rows);

/// <summary>Rates usage bodies with a price list: parsed by our styles, charged by our rate cards.</summary>
internal static class PriceBodies
{
    public static PricedBody Of(UsageBody body, PriceList list, DateTimeOffset at)
    {
        if (ReadUsage.StyleOf(body.Body) is not { } style)
        {
            var known = string.Join(", ", UsageStyles.All.Select(s => s.Name));
            return new PricedBody(body, null, [new("style_unknown", "body", $"`body` has the fields of no style that is read: {known}.")], []);
        }

        var (reading, flaws) = Read(style, body);
        var rows = list.Providers.SelectMany(provider => Rows(provider, style, body, list, at));
        return new PricedBody(body, reading, flaws, [.. rows]);
    }

    /// <summary>Rates a reading; each side by itself.</summary>
    public static ((decimal Input, decimal Output)? Price, string? Reason) Rate(ListedModel entry, DatedPrices? prices, UsageReading reading)
    {
        if (prices is null) return (null, $"The list has no price of {entry.Id} for this instant.");
        if (prices.Rates.Count == 0) return (null, $"The list names {entry.Id} without a price.");
        RateCard card;
        try
        {
            card = prices.CardFor(entry.Id, reading.Quantities.InputTotal, reading.Tier);
        }
        catch (RejectedException refused)
        {
            return (null, $"The list's price of {entry.Id} is refused: {refused.Message}");
        }

        var unpriced = UnitClass.All.Where(c => reading.Quantities[c] > 0).Select(c => card.PriceOf(c)).OfType<Price.Unpriced>().FirstOrDefault();
        return unpriced is not null
            ? (null, unpriced.Reason)
            : ((card.ChargeFor(Side(reading, UnitSide.Input)).Amount, card.ChargeFor(Side(reading, UnitSide.Output)).Amount), null);
    }

    private static IEnumerable<PricedRow> Rows(ListedProvider provider, UsageStyle own, UsageBody body, PriceList list, DateTimeOffset at)
    {
        foreach (var flavor in provider.Flavors ?? [own.Name])
        {
            var style = provider.Flavors is null ? own : UsageStyles.Of(provider.Id, flavor);
            if (style is null || !ReadUsage.Fits(style, body.Body)) continue;
            var entry = body.Model is null ? null : list.Find(provider, body.Model);
            // A list without APIs has a provider for each of a hundred; only who lists the model is of interest.
            if (provider.Flavors is null && entry is null) continue;
            var (reading, flaws) = Read(style, body);
            if (reading is null) yield return new PricedRow(provider.Id, flavor, null, entry, null, string.Join(" ", flaws.Select(f => f.Message)));
            else if (body.Model is null) yield return new PricedRow(provider.Id, flavor, reading, null, null, "The body names no model.");
            else if (entry is null) yield return new PricedRow(provider.Id, flavor, reading, null, null, $"The list has no model of {provider.Id} that '{body.Model}' means.");
            else
            {
                var (price, reason) = Rate(entry, entry.At(at), reading);
                yield return new PricedRow(provider.Id, flavor, reading, entry, price, reason);
            }
        }
    }

    private static (UsageReading? Reading, IReadOnlyList<Rejection> Flaws) Read(UsageStyle style, UsageBody body)
    {
        try
        {
            return (ReadUsage.Of(style, body.Body), []);
        }
        catch (RejectedException refused)
        {
            return (null, refused.Rejections);
        }
    }

    private static Quantities Side(UsageReading reading, UnitSide side) =>
        Quantities.Of([.. UnitClass.All.Select(c => c.Side == side ? reading.Quantities[c] : 0)]);
}
