using System.Globalization;
using System.Text.Json;
using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing.Catalogues;

/// <summary>Reads one model's prices: flat ones, and those of a list by context.</summary>
internal sealed class CatalogueEntry(string model, FeedFlaws flaws, SortedDictionary<string, int> unread)
{
    private const string Tiered = "tiered_pricing";

    private readonly Dictionary<CatalogueKey, decimal> rates = [];

    public IReadOnlyDictionary<CatalogueKey, decimal> Rates => rates;

    /// <summary>The first thing that keeps the model out; null when there is none.</summary>
    public (string Code, string Text)? SkipReason { get; private set; }

    public CatalogueEntry Read(JsonElement entry)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in entry.EnumerateObject().Select(p => (p.Name, p.Value)))
        {
            if (!names.Add(name)) flaws.Add("key_twice", model, name, "stands more than once");
            else if (value.ValueKind == JsonValueKind.Null) continue;
            else if (CatalogueKeys.Read(name) is { } key) Price(key, name, value);
            else if (name == Tiered && value.ValueKind == JsonValueKind.Array) Bands(value);
            else if (CatalogueKeys.IsPrice(name) && !IsZero(value)) NotRead(name);
        }

        return this;
    }

    private void Bands(JsonElement list)
    {
        var index = 0;
        foreach (var band in list.EnumerateArray())
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{Tiered}[{index++}]");
            if (band.ValueKind != JsonValueKind.Object) flaws.Add("price_not_decimal", model, at, "must be an object with a range and prices");
            else if (!band.TryGetProperty("range", out var range)) NotRead(Tiered);
            else if (Start(range) is not { } start) flaws.Add("range_invalid", model, $"{at}.range", "must be two numbers of tokens, the first a whole one");
            else
            {
                foreach (var price in band.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null))
                {
                    if (CatalogueKeys.Read(price.Name) is { } key) Price(key with { ContextAboveTokens = start }, $"{at}.{price.Name}", price.Value);
                    else if (CatalogueKeys.IsPrice(price.Name)) NotRead(price.Name);
                }
            }
        }
    }

    private static int? Start(JsonElement range) =>
        range.ValueKind == JsonValueKind.Array && range.GetArrayLength() == 2 && range[0].ValueKind == JsonValueKind.Number
        && ExactDecimal.Read(range[0].GetRawText()) is (DecimalReading.Exact, >= 0 and <= int.MaxValue and var start) && decimal.Truncate(start) == start
            ? (int)start : null;

    private void Price(CatalogueKey key, string name, JsonElement value)
    {
        var text = Text(value);
        var (reading, price) = text is null ? (DecimalReading.NoNumber, 0) : ExactDecimal.Read(text);
        if (reading == DecimalReading.NoNumber)
            flaws.Add("price_not_decimal", model, name, $"is {FeedFlaws.Shown(value.GetRawText())}; a decimal number is expected");
        else if (reading == DecimalReading.TooLarge) Absurd(name, text!);
        else if (reading == DecimalReading.TooFine) TooFine(name, text!);
        else if (price < 0) flaws.Add("price_negative", model, name, $"is {text}; a price is not negative");
        else if (price > CatalogueRules.MaxPerUnit) Absurd(name, text!);
        else if (!RateClass.ContextBoundaries.Contains(key.ContextAboveTokens))
            Skip("context_unknown", name, $"starts above {key.ContextAboveTokens} tokens, and no band of ours does");
        else if (price.Scale > Rate.MaxDecimals) TooFine(name, text!);
        else if (price > CatalogueRules.MaxPlausiblePerToken && key.Class != UnitClass.Requests)
            Skip("implausible", name, $"is {text} per token, more than {CatalogueRules.MaxPlausiblePerToken}; set it by hand if it is meant");
        else if (!rates.TryAdd(key, price) && rates[key] != price)
            flaws.Add("price_contradicted", model, name, $"is {text}, and another key gives {rates[key].ToString(CultureInfo.InvariantCulture)} for {key}");
    }

    private void Absurd(string name, string text) => flaws.Add(
        "price_absurd", model, name, $"is {FeedFlaws.Shown(text)} per unit; above {CatalogueRules.MaxPerUnit} it must be one per million");

    private void TooFine(string name, string text) =>
        Skip("too_fine", name, $"is {text}, with more decimals than a rate may have ({Rate.MaxDecimals})");

    private void Skip(string code, string name, string what) => SkipReason ??= (code, $"`{name}` {FeedFlaws.Shown(what)}.");

    private void NotRead(string name)
    {
        if (unread.TryGetValue(name, out var models)) unread[name] = models + 1;
        // Names come from outside; a feed that invents them does not fill our memory.
        else if (unread.Count < CatalogueRules.FlawsTold * 4) unread[name] = 1;
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.String => value.GetString(),
        _ => null,
    };

    private static bool IsZero(JsonElement value) => Text(value) is { } text && ExactDecimal.Read(text) is (DecimalReading.Exact, 0);
}
