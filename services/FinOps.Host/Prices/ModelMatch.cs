using System.Text.Json;
using System.Text.RegularExpressions;

namespace FinOps.Host.Prices;

/// <summary>Whether a model's name is one that an entry of a price list means. Case does not count, but in a regular expression.</summary>
internal sealed class ModelMatch
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Func<string, bool> matches;

    private ModelMatch(Func<string, bool> matches) => this.matches = matches;

    public bool Matches(string model) => matches(model);

    /// <summary>The name itself and no other.</summary>
    public static ModelMatch Exactly(string name) => new(model => model == name);

    /// <param name="clause">One of <c>equals</c>, <c>contains</c>, <c>starts_with</c>, <c>ends_with</c>, <c>regex</c> with a text, <c>or</c>, <c>and</c> with clauses.</param>
    /// <param name="place">Where it stands in the list.</param>
    /// <exception cref="PriceFileException">It is none of them.</exception>
    public static ModelMatch Read(JsonElement clause, JsonPlace place)
    {
        var property = place.Only(clause);
        var at = place.At(property.Name);
        return property.Name switch
        {
            "or" => Any([.. at.Elements(property.Value).Select(c => Read(c.Value, c.Place))]),
            "and" => All([.. at.Elements(property.Value).Select(c => Read(c.Value, c.Place))]),
            "equals" => Text((model, text) => model.Equals(text, StringComparison.OrdinalIgnoreCase)),
            "contains" => Text((model, text) => model.Contains(text, StringComparison.OrdinalIgnoreCase)),
            "starts_with" => Text((model, text) => model.StartsWith(text, StringComparison.OrdinalIgnoreCase)),
            "ends_with" => Text((model, text) => model.EndsWith(text, StringComparison.OrdinalIgnoreCase)),
            "regex" => Pattern(at.Text(property.Value), at),
            _ => throw at.Flaw("is no way to match a model; known are equals, contains, starts_with, ends_with, regex, or, and"),
        };

        ModelMatch Text(Func<string, string, bool> compare)
        {
            var text = at.Text(property.Value);
            return new ModelMatch(model => compare(model, text));
        }
    }

    private static ModelMatch Any(ModelMatch[] clauses) => new(model => clauses.Any(c => c.matches(model)));

    private static ModelMatch All(ModelMatch[] clauses) => new(model => clauses.All(c => c.matches(model)));

    private static ModelMatch Pattern(string pattern, JsonPlace at)
    {
        try
        {
            // A list from outside must not stop us with a pattern that takes for ever.
            var regex = new Regex(pattern, RegexOptions.CultureInvariant, Patience);
            return new ModelMatch(regex.IsMatch);
        }
        catch (ArgumentException flaw)
        {
            throw at.Flaw($"is no regular expression: {flaw.Message}");
        }
    }
}
