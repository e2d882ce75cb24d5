using System.Globalization;
using System.Text.Json;
using FinOps.Domain.Values;

namespace FinOps.Host.Prices;

/// <summary>
/// Reads the price list of genai-prices: a list of providers, each with models, prices per million tokens, tiers by input length, and prices
/// by date or hour of the day. Its own extractors are not followed, only named: how a body is read, our styles say.
/// </summary>
internal static class GenaiPrices
{
    private static readonly Dictionary<string, UnitClass> Classes = new()
    {
        ["input_mtok"] = UnitClass.UncachedInput,
        ["cache_read_mtok"] = UnitClass.CacheRead,
        ["cache_write_mtok"] = UnitClass.CacheWrite,
        ["input_image_mtok"] = UnitClass.Image,
        ["input_audio_mtok"] = UnitClass.AudioInput,
        ["output_mtok"] = UnitClass.Output,
        ["output_reasoning_mtok"] = UnitClass.Reasoning,
        ["output_audio_mtok"] = UnitClass.AudioOutput,
    };

    public static PriceList Read(JsonElement root, JsonPlace place)
    {
        var unread = new Dictionary<string, int>();
        var providers = place.Elements(root).Select(p => Provider(p.Value, p.Place, unread)).ToList();
        return new PriceList(providers, unread);
    }

    private static ListedProvider Provider(JsonElement provider, JsonPlace place, Dictionary<string, int> unread)
    {
        var (id, idPlace) = place.Required(provider, "id");
        var (models, modelsPlace) = place.Required(provider, "models");
        var fallbacks = place.Optional(provider, "fallback_model_providers") is { } named
            ? named.Place.Elements(named.Value).Select(f => f.Place.Text(f.Value)).ToList() : [];
        return new ListedProvider(idPlace.Text(id), Flavors(provider, place), [.. modelsPlace.Elements(models).Select(m => Model(m.Value, m.Place, unread))], fallbacks);
    }

    private static List<string> Flavors(JsonElement provider, JsonPlace place)
    {
        if (place.Optional(provider, "extractors") is not { } extractors) return [];
        return [.. extractors.Place.Elements(extractors.Value).Select(e => e.Place.Required(e.Value, "api_flavor")).Select(f => f.Place.Text(f.Value))];
    }

    private static ListedModel Model(JsonElement model, JsonPlace place, Dictionary<string, int> unread)
    {
        var (id, idPlace) = place.Required(model, "id");
        var (match, matchPlace) = place.Required(model, "match");
        var (prices, pricesPlace) = place.Required(model, "prices");
        List<DatedPrices> dated = prices.ValueKind == JsonValueKind.Array
            ? [.. pricesPlace.Elements(prices).Select(p => Dated(p.Value, p.Place, unread))]
            : [new DatedPrices(PriceDates.Always, Rates(prices, pricesPlace, unread))];
        return new ListedModel(idPlace.Text(id), ModelMatch.Read(match, matchPlace), dated);
    }

    private static DatedPrices Dated(JsonElement entry, JsonPlace place, Dictionary<string, int> unread)
    {
        var (prices, pricesPlace) = place.Required(entry, "prices");
        var dates = place.Optional(entry, "constraint") is { } constraint ? Dates(constraint.Value, constraint.Place) : PriceDates.Always;
        return new DatedPrices(dates, Rates(prices, pricesPlace, unread));
    }

    private static PriceDates Dates(JsonElement constraint, JsonPlace place)
    {
        if (place.Optional(constraint, "start_date") is { } date)
        {
            return DateOnly.TryParseExact(date.Place.Text(date.Value), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)
                ? new PriceDates(from, null) : throw date.Place.Flaw("must be a day such as 2026-01-31");
        }

        return new PriceDates(null, (Time("start_time"), Time("end_time")));

        TimeOnly Time(string name)
        {
            var (value, at) = place.Required(constraint, name);
            return TimeOnly.TryParseExact(at.Text(value), "HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? time : throw at.Flaw("must be a time of the day, UTC, such as 16:30:00Z");
        }
    }

    private static Dictionary<UnitClass, ListedRate> Rates(JsonElement prices, JsonPlace place, Dictionary<string, int> unread)
    {
        var rates = new Dictionary<UnitClass, ListedRate>();
        foreach (var (name, value, at) in place.Properties(prices))
        {
            if (value.ValueKind == JsonValueKind.Null) continue;
            if (Classes.TryGetValue(name, out var unitClass)) rates[unitClass] = Rate(value, at);
            else unread[name] = unread.GetValueOrDefault(name) + 1;
        }

        return rates;
    }

    private static ListedRate Rate(JsonElement value, JsonPlace place)
    {
        if (value.ValueKind == JsonValueKind.Number) return new ListedRate(Price(value, place), []);
        var (first, firstPlace) = place.Required(value, "base");
        var (tiers, tiersPlace) = place.Required(value, "tiers");
        return new ListedRate(Price(first, firstPlace), [.. tiersPlace.Elements(tiers).Select(Tier)]);

        static (long, decimal) Tier((JsonElement Value, JsonPlace Place) tier)
        {
            var (start, startPlace) = tier.Place.Required(tier.Value, "start");
            var (price, pricePlace) = tier.Place.Required(tier.Value, "price");
            var above = start.ValueKind == JsonValueKind.Number && start.TryGetInt64(out var tokens) ? tokens : throw startPlace.Flaw("must be a number of tokens");
            return (above, Price(price, pricePlace));
        }
    }

    private static decimal Price(JsonElement value, JsonPlace place) =>
        place.Number(value) is var price and >= 0 ? price : throw place.Flaw("must not be negative");
}
