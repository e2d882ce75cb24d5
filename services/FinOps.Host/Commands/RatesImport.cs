using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FinOps.Host.Publishing;
using FinOps.Platform.Hosting;

namespace FinOps.Host.Commands;

/// <summary>Sets the rates of many models after the community's price catalogue: shown first, written when told to.</summary>
internal static class RatesImport
{
    private const int NamesShown = 5;
    private const int RowsShown = 200;

    private const string Preview =
        """
        query ($input: PreviewRateCatalogueInput!) { previewRateCatalogue(input: $input) {
          digest from currency unchanged skipped { model code reason } unreadPrices { name models }
          new { model rates { unitClass contextAboveTokens serviceTier before after percentChange } }
          changed { model rates { unitClass contextAboveTokens serviceTier before after percentChange } } } }
        """;

    private const string Import =
        """
        mutation ($input: ImportRateCatalogueInput!) { importRateCatalogue(input: $input) {
          digest from importedAt importedBy newModels changedModels unchangedModels skippedModels } }
        """;

    private static readonly Argument<string> Feed = new("FILE")
    {
        Description = "The catalogue as its makers publish it (LiteLLM's model_prices_and_context_window.json), gzipped or not.",
    };

    private static readonly Option<DateTimeOffset?> From = new("--from")
    {
        HelpName = "INSTANT",
        Description = "From when on the rates hold; on a 15-minute boundary.",
        Required = true,
        CustomParser = Instant,
    };

    private static readonly Option<string[]> Models = new("--model")
    {
        HelpName = "NAME",
        Description = "Only this model; may be given often. By default all.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> Prefix = new("--prefix") { HelpName = "TEXT", Description = "Only models whose name starts so." };

    private static readonly Option<bool> IncludeFree = new("--include-free") { Description = "Also models whose every price is 0; by default they are skipped." };

    private static readonly Option<bool> AcceptLargeChanges = new("--accept-large-changes")
    {
        Description = "Accept that many known prices move by more than a factor of ten; by default that refuses the catalogue.",
    };

    private static readonly Option<bool> ApplyOption = new("--apply") { Description = "Write what is shown; by default it is only shown." };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the answers as JSON, one object a line." };

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Command()
    {
        var command = new Command("import", Description)
        {
            Feed, From, Models, Prefix, IncludeFree, AcceptLargeChanges, ApplyOption, Json, Connection.UrlOption, Connection.KeyOption,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private const string Description =
        """
        Set the rates of many models after the community's price catalogue, from an instant on. Shows what is new, what changes (before, after, percent), and
        which models are skipped, and why. With --apply exactly that is written, all or nothing; when the rates have moved on meanwhile, nothing is.
        A catalogue with a price that is negative, no decimal number, or above 1 USD per token, with a key that stands twice, or that is no
        catalogue at all, is refused with every such row (up to 50).
        """;

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            var input = new JsonObject
            {
                ["catalogue"] = Packed(parsed.GetRequiredValue(Feed)),
                ["from"] = parsed.GetValue(From)!.Value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                ["models"] = parsed.GetValue(Models) is { Length: > 0 } models ? new JsonArray([.. models.Select(m => JsonValue.Create(m))]) : null,
                ["prefix"] = parsed.GetValue(Prefix),
                ["includeFree"] = parsed.GetValue(IncludeFree),
                ["acceptLargeChanges"] = parsed.GetValue(AcceptLargeChanges),
            };
            using var client = GraphCall.Client(Connection.Url(parsed), Connection.Key(parsed, "finance"));
            var (preview, refused) = await GraphCall.AskAsync(client, Preview, new { input }, "previewRateCatalogue", cancellation);
            if (preview is null) return await FailAsync(refused, error);
            await output.WriteLineAsync(parsed.GetValue(Json) ? preview.ToJsonString(Plain) : Words(preview));
            if (!parsed.GetValue(ApplyOption)) return 0;
            input["digest"] = preview["digest"]!.GetValue<string>();
            var (written, failed) = await GraphCall.AskAsync(client, Import, new { input }, "importRateCatalogue", cancellation);
            if (written is null) return await FailAsync(failed, error);
            await output.WriteLineAsync(parsed.GetValue(Json)
                ? written.ToJsonString(Plain)
                : $"set {written["newModels"]} new and {written["changedModels"]} changed rate cards from {written["from"]} on, by {written["importedBy"]}.");
            return 0;
        }
        catch (Exception trouble) when (trouble is HttpRequestException or InvalidOperationException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return await FailAsync([trouble.Message], error);
        }
    }

    /// <summary>Base64 of the file's gzip, so that a catalogue of some megabytes fits in a request.</summary>
    private static string Packed(string path)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        using (var file = new TraceFile(path, new TraceOptions()).OpenBytes())
        {
            var (buffer, total) = (new byte[1 << 16], 0L);
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                if ((total += read) > Limits.CatalogueBytes)
                    throw new InvalidOperationException($"{path}: holds more than {Limits.CatalogueBytes} bytes; no price catalogue does.");
                gzip.Write(buffer, 0, read);
            }
        }

        var text = Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
        return text.Length < Limits.GraphBodyBytes * 9L / 10
            ? text : throw new InvalidOperationException($"{path}: packs to {text.Length} bytes, more than a request may have ({Limits.GraphBodyBytes}); cut it down.");
    }

    private static string Words(JsonObject preview)
    {
        var lines = new List<string>();
        foreach (var (word, kind) in new[] { ("new", "new"), ("changed", "changed") })
        {
            var cards = preview[kind]!.AsArray();
            lines.AddRange(cards.Take(RowsShown).Select(c => $"{word,-9} {c!["model"]}: {string.Join(", ", c["rates"]!.AsArray().Select(r => Rate(r!.AsObject())))}"));
            if (cards.Count > RowsShown) lines.Add($"{word,-9} … and {cards.Count - RowsShown} more; --json shows all.");
        }

        foreach (var code in preview["skipped"]!.AsArray().GroupBy(s => $"{s!["code"]}").OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var more = code.Count() > NamesShown ? ", …" : "";
            lines.Add($"{"skipped",-9} {code.Key}: {code.Count()} ({string.Join(", ", code.Take(NamesShown).Select(s => $"{s!["model"]}"))}{more})");
        }

        foreach (var unread in preview["unreadPrices"]!.AsArray()) lines.Add($"{"not read",-9} {unread!["name"]}: {unread["models"]} models");
        lines.Add(
            $"{preview["new"]!.AsArray().Count} new, {preview["changed"]!.AsArray().Count} changed, {preview["unchanged"]!.AsArray().Count} unchanged, "
            + $"{preview["skipped"]!.AsArray().Count} skipped, from {preview["from"]} on, in {preview["currency"]} per million; digest {preview["digest"]}");
        return string.Join(Environment.NewLine, lines);
    }

    private static string Rate(JsonObject rate)
    {
        var context = rate["contextAboveTokens"] is { } above ? $" above {above}" : "";
        var tier = rate["serviceTier"] is { } name ? $" {name}" : "";
        var after = Million(rate["after"]) ?? "no rate";
        var change = rate["percentChange"] is { } percent ? $" ({percent} %)" : "";
        return $"{rate["unitClass"]}{context}{tier} {(Million(rate["before"]) is { } before ? $"{before} → {after}{change}" : after)}";
    }

    private static string? Million(JsonNode? perUnit) =>
        perUnit is null ? null : (decimal.Parse($"{perUnit}", NumberStyles.Float, CultureInfo.InvariantCulture) * 1_000_000m).ToString("0.##########", CultureInfo.InvariantCulture);

    private static async Task<int> FailAsync(IReadOnlyList<string> messages, TextWriter error)
    {
        foreach (var message in messages) await error.WriteLineAsync(message);
        return 1;
    }

    private static DateTimeOffset? Instant(ArgumentResult result)
    {
        if (!TraceInstant.TryParse(result.Tokens.Single().Value, out var instant)) result.AddError($"--from: {TraceInstant.Expected}.");
        return instant;
    }
}
