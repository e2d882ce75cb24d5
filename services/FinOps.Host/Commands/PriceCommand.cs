using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FinOps.Domain.Providers;
using FinOps.Domain.Values;
using FinOps.Host.Prices;
using FinOps.Host.Publishing;

namespace FinOps.Host.Commands;

/// <summary>Says what usage bodies of providers' APIs used and cost. Needs no server.</summary>
internal static class PriceCommand
{
    private static readonly Argument<string> Bodies = new("FILE")
    {
        Description = "A JSON list of { body, model?, extracted? }: body is a provider's answer with its usage; gzipped or not.",
    };

    private static readonly Option<string> Catalogue = new("--catalogue")
    {
        HelpName = "PRICES.json",
        Description = "The price list, gzipped or not, by content: providers with models (genai-prices), or models with prices per token (LiteLLM).",
        Required = true,
    };

    private static readonly Option<DateTimeOffset?> At = new("--at")
    {
        HelpName = "INSTANT",
        Description = "Prices in force then, where the list has dated ones (default: now).",
        CustomParser = Instant,
    };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object per body and nothing else on standard output." };

    // Reasons hold apostrophes; no page embeds them.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Command()
    {
        var command = new Command("price", Description) { Bodies, Catalogue, At, Json };
        command.SetAction((parsed, _) => Task.FromResult(Run(parsed, TimeProvider.System)));
        return command;
    }

    private static string Description =>
        $"""
        What usage bodies of providers' APIs used, in our disjoint token classes, and what that costs per provider, in USD. Needs no server.

        A body's style is told by its fields: {string.Join(", ", UsageStyles.All.Select(s => s.Name))}.
        Each API of the list that could have sent the body gives a row: a price, or a reason why there is none. A row names the style as which
        the body was read, and its tokens where they differ from those of the body's own style. A list without APIs gives a row to a body whose
        model it has.
        `unaccounted`: what the body's own total holds beyond its classes. Where the file holds prices (`extracted`), they are compared.

        Exit code 0: the files were read (whatever their bodies); 1: a file is wrong, and the message says where.
        """;

    internal static int Run(ParseResult parsed, TimeProvider clock)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            var (listed, listPlace) = JsonPlace.Read(parsed.GetRequiredValue(Catalogue));
            using var _ = listed;
            var (usage, place) = JsonPlace.Read(parsed.GetRequiredValue(Bodies));
            using var __ = usage;
            var list = listed.RootElement.ValueKind == JsonValueKind.Object
                ? LiteLlmPrices.Read(listed.RootElement, listPlace) : GenaiPrices.Read(listed.RootElement, listPlace);
            var at = parsed.GetValue(At) ?? clock.GetUtcNow();
            var bodies = UsageBodies.Read(usage.RootElement, place).Select(body => PriceBodies.Of(body, list, at)).ToList();
            foreach (var body in bodies) output.WriteLine(parsed.GetValue(Json) ? Line(body).ToJsonString(Plain) : Words(body));
            if (!parsed.GetValue(Json)) Summary(bodies, list, at, output);
            foreach (var (kind, entries) in list.Unread.OrderBy(u => u.Key, StringComparer.Ordinal))
                error.WriteLine($"{listPlace.File}: prices of the kind {kind} ({entries} entries) are not read.");
            return 0;
        }
        catch (PriceFileException flaw)
        {
            error.WriteLine(flaw.Message);
            return 1;
        }
        catch (InvalidOperationException flaw)
        {
            // JSON by its form, and yet half a surrogate pair in it, or bytes that are no UTF-8.
            error.WriteLine($"{parsed.GetRequiredValue(Bodies)} or {parsed.GetRequiredValue(Catalogue)}: a text in it is none: {flaw.Message}");
            return 1;
        }
    }

    private static JsonObject Line(PricedBody body)
    {
        var line = new JsonObject { ["index"] = body.Body.Index, ["model"] = body.Body.Model, ["style"] = body.Reading?.Style.Name };
        if (body.Reading is { } reading)
        {
            line["tokens"] = Tokens(reading.Quantities);
            line["serviceTier"] = reading.Tier.ToString().ToLowerInvariant();
            if (reading.Unaccounted != 0) line["unaccounted"] = reading.Unaccounted;
        }

        if (body.Flaws.Count > 0)
        {
            line["errors"] = new JsonArray([.. body.Flaws.Select(f => new JsonObject { ["code"] = f.Code, ["field"] = f.Field, ["message"] = f.Message })]);
        }

        line["prices"] = new JsonArray([.. body.Rows.Select(row => Row(row, body.Reading))]);
        return line;
    }

    private static JsonObject Row(PricedRow row, UsageReading? own)
    {
        var json = new JsonObject { ["providerId"] = row.ProviderId, ["apiFlavor"] = row.ApiFlavor };
        if (row.Reading is { } reading)
        {
            json["style"] = reading.Style.Name;
            if (!reading.Quantities.Equals(own?.Quantities)) json["tokens"] = Tokens(reading.Quantities);
        }

        if (row.Entry is { } entry) json["listedModel"] = entry.Id;
        if (row.Price is { } price) (json["inputPrice"], json["outputPrice"], json["currency"]) = (Text(price.Input), Text(price.Output), Currency.Usd.Code);
        else json["reason"] = row.Reason;
        return json;
    }

    private static JsonObject Tokens(Quantities quantities)
    {
        var tokens = new JsonObject();
        foreach (var unitClass in UnitClass.All.Where(c => c.Side != UnitSide.Other)) tokens[unitClass.Name] = quantities[unitClass];
        (tokens["inputTotal"], tokens["outputTotal"], tokens["total"]) = (quantities.InputTotal, quantities.OutputTotal, quantities.Total);
        return tokens;
    }

    private static string Words(PricedBody body)
    {
        var head = $"{body.Body.Index,5}  {(body.Body.Model ?? "(no model)").Truncated(40),-40} ";
        if (body.Reading is not { } reading) return head + string.Join(" ", body.Flaws.Select(f => f.Message));
        var prices = body.Rows.Where(r => r.Price is not null && r.Reading!.Style == reading.Style)
            .Select(r => $"{r.ProviderId}/{r.ApiFlavor} {Text(r.Price!.Value.Input)} + {Text(r.Price.Value.Output)}").DefaultIfEmpty("no price");
        return $"{head} {reading.Style,-17} {reading.Quantities.InputTotal,8} in {reading.Quantities.OutputTotal,7} out  {string.Join("; ", prices)}";
    }

    private static void Summary(List<PricedBody> bodies, PriceList list, DateTimeOffset at, TextWriter output)
    {
        var unread = bodies.Count(b => b.Reading is null);
        var priced = bodies.Sum(b => b.Rows.Count(r => r.Price is not null));
        output.WriteLine();
        output.WriteLine(Invariant($"{bodies.Count} bodies, {unread} of them not read; {priced} prices in USD, in force at {at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}."));
        if (PriceComparison.Of(bodies, list) is not { } compared) return;
        var share = 100m * compared.Equal / compared.Expected;
        output.WriteLine(Invariant($"The file holds {compared.Expected} prices: {compared.Equal} equal ({share:0.00} %), {compared.Expected - compared.Equal} not:"));
        foreach (var (reason, indexes) in compared.Differences)
            output.WriteLine(Invariant($"{indexes.Count,5}  {reason} (bodies {string.Join(", ", indexes.Take(10))}{(indexes.Count > 10 ? ", …" : "")})"));
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>Every digit, and no zero at the end.</summary>
    private static string Text(decimal price) => price.ToString("0.############################", CultureInfo.InvariantCulture);

    private static DateTimeOffset? Instant(ArgumentResult result)
    {
        if (!TraceInstant.TryParse(result.Tokens.Single().Value, out var instant)) result.AddError($"--at: {TraceInstant.Expected}.");
        return instant;
    }
}
