using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FinOps.Platform.Pricing;

namespace FinOps.Host.Commands.Targets;

/// <summary>One field of an estimate's input as an option: its name in the file is its name on the command line, in kebab case.</summary>
/// <param name="Field">Path in the input, for example <c>speculation.tokens</c>.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Description">With unit and default.</param>
internal sealed record EstimateOption(string Field, EstimateOptionKind Kind, string Description)
{
    public Option<string?> Option { get; } = new(NameOf(Field)) { HelpName = HelpOf(Kind), Description = Description };

    public static string NameOf(string field) =>
        "--" + string.Concat(field.Select(c => c == '.' ? "-" : char.IsUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}"));

    /// <exception cref="CatalogFileException">It is no number, or neither yes nor no.</exception>
    public JsonNode Parse(string text) => Kind switch
    {
        EstimateOptionKind.Name => JsonValue.Create(text),
        EstimateOptionKind.Word => JsonValue.Create(text.Replace('-', '_').ToUpperInvariant()),
        EstimateOptionKind.YesNo => text switch { "yes" => true, "no" => false, _ => throw Wrong(text, "is neither yes nor no") },
        _ => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : throw Wrong(text, "is no number"),
    };

    /// <summary>Puts the value where it belongs, over what stood there.</summary>
    public void SetIn(JsonObject input, JsonNode value)
    {
        var path = Field.Split('.');
        foreach (var part in path[..^1])
        {
            if (input[part] is not JsonObject inner) input[part] = inner = [];
            input = inner;
        }

        input[path[^1]] = value;
    }

    private CatalogFileException Wrong(string text, string why) => new($"{NameOf(Field)}: '{text}' {why}.");

    private static string HelpOf(EstimateOptionKind kind) => kind switch
    {
        EstimateOptionKind.YesNo => "yes|no",
        EstimateOptionKind.Word => "WORD",
        _ => $"{kind}".ToUpperInvariant(),
    };
}

internal enum EstimateOptionKind
{
    Name,
    Word,
    YesNo,
    Count,
    Tokens,
    Number,
    Seconds,
    Share,
    Watts,
    Money,
}
