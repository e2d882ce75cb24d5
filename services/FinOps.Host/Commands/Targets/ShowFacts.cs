using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Values;
using FinOps.Platform.Targets.Facts;

namespace FinOps.Host.Commands.Targets;

/// <summary>What is known of a chip or a model, and where it comes from. Needs no server.</summary>
internal static class ShowFacts
{
    private static readonly Argument<string?> Key = new("KEY") { Description = "Of an accelerator or a model; all keys without it.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object per chip or model." };

    private static readonly JsonSerializerOptions Values = new(JsonSerializerDefaults.Web);

    public static Command Command()
    {
        var command = new Command("facts", "What is known of a chip or a model, what it costs, and the source and date of each value.") { Key, Json, FactsOption.Catalog };
        command.SetAction((parsed, _) => Task.FromResult(Run(parsed)));
        return command;
    }

    private static int Run(ParseResult parsed) => Answer.To(parsed, output =>
    {
        var known = FactsOption.Read(parsed);
        var rows = Rows(known).Where(r => parsed.GetValue(Key) is not { } key || string.Equals(r.Key, key, StringComparison.OrdinalIgnoreCase)).ToList();
        if (rows.Count == 0)
        {
            throw new RejectedException(new Rejection(
                "key_unknown", "KEY", $"'{parsed.GetValue(Key)}' is no accelerator or model of the facts; `targets facts` lists them."));
        }

        foreach (var row in rows)
        {
            if (parsed.GetValue(Json)) output.WriteLine(Object(row, known.Prices).ToJsonString(TargetJson.Plain));
            else if (parsed.GetValue(Key) is null) output.WriteLine($"{row.Kind,-12} {row.Key,-32} {From(row.Provenance.Row)}");
            else foreach (var line in Words(row, known.Prices)) output.WriteLine(line);
        }
    });

    private sealed record Row(string Kind, string Key, JsonObject Fields, RowProvenance Provenance);

    private static IEnumerable<Row> Rows(FactCatalogue known) =>
        known.Facts.Accelerators.Values.Select(a => new Row("accelerator", a.Key, Fields(a), known.Accelerators[a.Key]))
            .Concat(known.Facts.Models.Values.Select(m => new Row("model", m.Key, Fields(m), known.Models[m.Key])));

    /// <summary>Objects as they are, a field a line: <c>denseFlops.fp8</c>.</summary>
    private static JsonObject Fields<T>(T row)
    {
        var flat = new JsonObject();
        foreach (var (field, value) in JsonSerializer.SerializeToNode(row, Values)!.AsObject())
        {
            if (value is JsonObject inner) foreach (var (name, part) in inner) flat[$"{field}.{name}"] = part?.DeepClone();
            else if (field != "key" && value is not null) flat[field] = value.DeepClone();
        }

        return flat;
    }

    private static IEnumerable<string> Words(Row row, PriceBook prices)
    {
        yield return $"{row.Kind} {row.Key}";
        foreach (var (field, value) in row.Fields)
        {
            yield return $"  {field,-24} {Number(value!),14}  {From(row.Provenance.Of(field))}";
        }

        foreach (var price in Of(row, prices))
        {
            var amount = price.Low == price.High ? FormattableString.Invariant($"{price.Low:0.####}") : FormattableString.Invariant($"{price.Low:0.####} to {price.High:0.####}");
            yield return $"  {price.Kind,-16} {amount,16} {price.Currency?.Code ?? "off",-4} per {price.Unit}, {price.Provider}  {From(price.Provenance)}";
        }
    }

    private static JsonObject Object(Row row, PriceBook prices) => new()
    {
        ["kind"] = row.Kind,
        ["key"] = row.Key,
        ["values"] = new JsonArray([.. row.Fields.Select(f => Sourced(new JsonObject { ["field"] = f.Key, ["value"] = f.Value!.DeepClone() }, row.Provenance.Of(f.Key)))]),
        ["prices"] = new JsonArray([.. Of(row, prices).Select(p => Sourced(
            new JsonObject
            {
                ["kind"] = Upper(p.Kind.ToString()),
                ["unit"] = Upper(p.Unit.ToString()),
                ["provider"] = p.Provider,
                ["low"] = p.Low.ToString(CultureInfo.InvariantCulture),
                ["high"] = p.High.ToString(CultureInfo.InvariantCulture),
                ["currency"] = p.Currency?.Code,
            },
            p.Provenance))]),
    };

    private static JsonObject Sourced(JsonObject value, Provenance from)
    {
        (value["source"], value["asOf"], value["unverified"]) = (from.Source, from.AsOf, from.Unverified);
        return value;
    }

    private static IEnumerable<PriceRow> Of(Row row, PriceBook prices) => prices.All.Where(p => string.Equals(p.Subject, row.Key, StringComparison.OrdinalIgnoreCase));

    private static string From(Provenance from) => $"{from.AsOf,-10} {from.Source}{(from.Unverified ? " (unverified)" : "")}";

    private static string Upper(string name) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(name);

    private static string Number(JsonNode value) => value.GetValueKind() == JsonValueKind.Number && value.GetValue<double>() is var number and (>= 1e7 or <= -1e7)
        ? number.ToString("0.####e0", CultureInfo.InvariantCulture)
        : value.ToString();
}
