using System.CommandLine;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FinOps.Host.Commands;

/// <summary>Imports what was really paid, from a file: without <c>--apply</c> it only tells what would change.</summary>
internal static class ImportCosts
{
    private static readonly Argument<string> File = new("FILE") { Description = "CSV (fleet,line,from,to,amount,currency) or a FOCUS table, gzipped or not." };
    private static readonly Option<string> Format = new("--format") { Description = "csv, focus or auto, which goes by the header.", DefaultValueFactory = _ => "auto" };
    private static readonly Option<string?> Map = new("--map") { Description = "FOCUS: a JSON file of rules from columns to fleets; see docs/cost-import.md." };
    private static readonly Option<string?> Fleet = new("--fleet") { Description = "FOCUS: the fleet whose cost every row is." };
    private static readonly Option<string?> Cost = new("--cost") { Description = "FOCUS: effective (EffectiveCost, by default) or billed (BilledCost)." };
    private static readonly Option<string> Netting = new("--net") { Description = "Amounts below zero are taken from those of their charge-period, or of the whole bill.", DefaultValueFactory = _ => "charge-period" };
    private static readonly Option<string?> Replaces = new("--replaces") { Description = "An earlier import that counts no longer, also where this file has nothing in its place." };
    private static readonly Option<bool> ApplyOption = new("--apply") { Description = "Do it; without, only tell." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print the report as JSON." };

    public static Command Command()
    {
        Format.AcceptOnlyFromAmong("csv", "focus", "auto");
        Cost.AcceptOnlyFromAmong("effective", "billed");
        Netting.AcceptOnlyFromAmong("charge-period", "bill");
        var command = new Command("import", "What was really paid takes the place of the estimate. The same file again changes nothing.")
        {
            File, Format, Map, Fleet, Cost, Netting, Replaces, ApplyOption, Json, Connection.UrlOption, Connection.KeyOption,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            using var client = new HttpClient { BaseAddress = Connection.Url(parsed), Timeout = TimeSpan.FromMinutes(10) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Connection.Key(parsed, "finance"));
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(await InputAsync(parsed, cancellation)));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await client.PostAsync("v1/cost-imports", content, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            if (response.IsSuccessStatusCode)
            {
                await output.WriteLineAsync(parsed.GetValue(Json) ? text : string.Join(Environment.NewLine, Told(JsonNode.Parse(text)!.AsObject())));
                return 0;
            }

            foreach (var line in Reasons(text, (int)response.StatusCode)) await error.WriteLineAsync($"{parsed.GetValue(File)}: {line}");
            return 1;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or HttpRequestException or InvalidOperationException)
        {
            await error.WriteLineAsync(trouble.Message);
            return 1;
        }
    }

    private static async Task<JsonObject> InputAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var path = parsed.GetValue(File)!;
        return new JsonObject
        {
            ["file"] = Path.GetFileName(path),
            ["contentBase64"] = Convert.ToBase64String(Zipped(await System.IO.File.ReadAllBytesAsync(path, cancellation))),
            ["format"] = Word(parsed.GetValue(Format)),
            ["cost"] = Word(parsed.GetValue(Cost)),
            ["map"] = parsed.GetValue(Map) is { } map ? FleetMapFile.Read(map) : null,
            ["fleet"] = parsed.GetValue(Fleet),
            ["netting"] = Word(parsed.GetValue(Netting)),
            ["replaces"] = parsed.GetValue(Replaces),
            ["dryRun"] = !parsed.GetValue(ApplyOption),
        };
    }

    private static string? Word(string? option) => option?.ToUpperInvariant().Replace('-', '_');

    private static byte[] Zipped(byte[] bytes)
    {
        if (bytes is [0x1f, 0x8b, ..]) return bytes;
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Optimal)) zip.Write(bytes);
        return zipped.ToArray();
    }

    /// <summary>For people: what each fleet cost, beside what was believed; then whatever is no fleet's.</summary>
    private static IEnumerable<string> Told(JsonObject report)
    {
        var currency = $"{report["currency"]}";
        yield return $"{report["file"]}: {report["rows"]} rows, {report["amount"]} {currency} ({report["costColumn"]}), sha256 {report["fileDigest"]}";
        foreach (var fleet in Rows(report, "fleets"))
        {
            yield return $"  {(Is(fleet, "shared") ? "shared" : "fleet")} {fleet["fleet"]}{(Is(fleet, "known") ? "" : " (not known so far)")}: {fleet["rows"]} rows, {fleet["amount"]} {currency} for {fleet["hoursCovered"]} hours from {fleet["from"]} to {fleet["to"]}; "
                + $"before {fleet["before"]}, of it imported {fleet["beforeImported"]}; difference {fleet["difference"]}{(fleet["replaces"] is JsonArray { Count: > 0 } replaces ? $"; replaces {string.Join(", ", replaces)}" : "")}";
        }

        foreach (var part in Rows(report, "categories")) yield return $"  category {part["of"]}: {part["rows"]} rows, {part["amount"]} {currency}";
        foreach (var part in Rows(report, "leftOut")) yield return $"  left out ({part["of"]}): {part["rows"]} rows, {part["amount"]} {currency}";
        if (report["unmappedRows"]!.GetValue<long>() > 0)
            yield return $"  UNMAPPED, not imported: {report["unmappedRows"]} rows, {report["unmappedAmount"]} {currency}";
        foreach (var part in Rows(report, "unmapped")) yield return $"    {part["of"]}: {part["rows"]} rows, {part["amount"]} {currency}";
        foreach (var part in Rows(report, "staying"))
            yield return $"  stays: line {part["line"]} of {part["fleet"]}, {part["amount"]} {currency}, of import {part["importId"]}; this file has nothing for it (--replaces takes it back)";
        yield return Is(report, "changed") ? $"imported as {report["importId"]}"
            : report["importId"] is { } earlier ? $"nothing new: import {earlier} says the same"
            : Is(report, "dryRun") ? "nothing was changed; --apply does it" : "nothing to import";
    }

    private static IEnumerable<JsonObject> Rows(JsonObject report, string name) => report[name]!.AsArray().Select(r => r!.AsObject());

    private static bool Is(JsonObject of, string name) => of[name]!.GetValue<bool>();

    private static List<string> Reasons(string text, int status)
    {
        try
        {
            if (JsonNode.Parse(text) is JsonObject problem)
            {
                return problem["errors"] is JsonArray errors
                    ? [.. errors.Select(e => $"{e!["field"]}: {e["message"]}")]
                    : [$"the host answered {status}: {problem["detail"] ?? problem["title"]}"];
            }
        }
        catch (JsonException)
        {
            // Told as it is.
        }

        return [$"the host answered {status}: {text.ReplaceLineEndings(" ")}"];
    }
}
