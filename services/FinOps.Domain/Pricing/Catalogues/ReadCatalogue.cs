using System.Globalization;
using System.Text.Json;
using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing.Catalogues;

/// <summary>
/// Reads the community's price catalogue: one JSON object, model → prices per token in USD. A flaw that no honest feed has (a negative
/// price, a text that is no number, a key that stands twice) refuses the feed; what is only not for us skips its model.
/// </summary>
public sealed class ReadCatalogue
{
    private const string Sample = "sample_spec";

    private readonly CatalogueSelection selection;
    private readonly FeedFlaws flaws = new();
    private readonly List<CatalogueModel> models = [];
    private readonly List<SkippedModel> skipped = [];
    private readonly SortedDictionary<string, int> unread = new(StringComparer.Ordinal);

    private ReadCatalogue(CatalogueSelection selection) => this.selection = selection;

    /// <param name="feed">UTF-8.</param>
    /// <param name="selection">Which models are meant; what is wrong with others does no harm.</param>
    /// <exception cref="RejectedException">With every flaw, up to <see cref="CatalogueRules.FlawsTold"/>, each with its model and key.</exception>
    public static PriceCatalogue Of(ReadOnlyMemory<byte> feed, CatalogueSelection selection)
    {
        try
        {
            using var document = JsonDocument.Parse(feed);
            var reading = new ReadCatalogue(selection);
            reading.Feed(document.RootElement);
            reading.flaws.ThrowIfAny();
            return new PriceCatalogue(
                [.. reading.models.OrderBy(m => m.Model.Value, StringComparer.Ordinal)],
                [.. reading.skipped.OrderBy(s => s.Model, StringComparer.Ordinal)], reading.unread);
        }
        catch (Exception flaw) when (flaw is JsonException or InvalidOperationException)
        {
            // The second: half a surrogate pair, or bytes that are no UTF-8, found when a name is read.
            throw new RejectedException(new Rejection("catalogue_not_json", "catalogue", $"The catalogue is no JSON: {flaw.Message}"));
        }
    }

    private void Feed(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            flaws.Add("catalogue_not_object", null, null, "must be a JSON object of models");
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var model in root.EnumerateObject())
        {
            if (Name.Flaw(model.Name) is { } flaw) flaws.Add("model_invalid", model.Name, null, flaw);
            else if (!names.Add(model.Name)) flaws.Add("model_twice", model.Name, null, "stands more than once");
            else if (selection.Holds(model.Name)) Model(model.Name, model.Value);
        }

        if (names.Count > CatalogueRules.MaxModels)
            flaws.Add("catalogue_too_large", null, null, $"has {names.Count} models; at most {CatalogueRules.MaxModels} are read");
        foreach (var missing in selection.Models.Where(m => !names.Contains(m)))
            flaws.Add("model_unknown", missing, null, "was asked for and is not in the catalogue");
    }

    private void Model(string name, JsonElement entry)
    {
        if (name == Sample) Skip(name, "sample", "It is the catalogue's description of itself.");
        else if (entry.ValueKind != JsonValueKind.Object) Skip(name, "not_a_model", "It is no object of prices.");
        else Decide(name, new CatalogueEntry(name, flaws, unread).Read(entry));
    }

    private void Decide(string name, CatalogueEntry entry)
    {
        if (entry.SkipReason is { } reason) Skip(name, reason.Code, reason.Text);
        else if (entry.Rates.Count == 0) Skip(name, "no_token_price", "It has no price per token.");
        else if (entry.Rates.Values.All(rate => rate == 0) && !selection.IncludeFree)
            Skip(name, "free", "Its every price is 0, which in this catalogue mostly means unknown; ask for free models to import it.");
        else models.Add(new CatalogueModel(new ModelId(name), entry.Rates));
    }

    private void Skip(string model, string code, string reason) => skipped.Add(new SkippedModel(model, code, reason));
}

/// <summary>What no honest feed has, told up to a bound.</summary>
internal sealed class FeedFlaws
{
    private const int ShownOfName = 100;

    private readonly List<Rejection> told = [];
    private int count;

    public void Add(string code, string? model, string? key, string what)
    {
        if (++count > CatalogueRules.FlawsTold) return;
        var field = string.Join('.', new[] { "catalogue", Shown(model), Shown(key) }.OfType<string>());
        told.Add(new Rejection(code, field, $"`{field}` {what}."));
    }

    public void ThrowIfAny()
    {
        if (count > told.Count)
            told.Add(new Rejection("more_flaws", "catalogue", string.Create(CultureInfo.InvariantCulture, $"The catalogue has {count - told.Count} flaws more.")));
        if (told.Count > 0) throw new RejectedException([.. told]);
    }

    /// <summary>A name from outside, short, and with its control characters told apart from text.</summary>
    internal static string? Shown(string? name)
    {
        if (name is null) return null;
        var text = string.Concat(name.Take(ShownOfName).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : $"{c}"));
        return name.Length > ShownOfName ? text + "…" : text;
    }
}
