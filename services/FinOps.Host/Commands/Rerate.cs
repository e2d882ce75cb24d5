using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace FinOps.Host.Commands;

/// <summary>The parts of <c>apply</c> that move history as one: shows what a file would move, and records what was shown.</summary>
internal static class Rerate
{
    public static readonly Option<bool> Preview = new("--preview") { Description = "Only show what the file would move, for whom and by how much." };

    public static readonly Option<string?> Digest = new("--digest")
    {
        Description = "Record what a preview showed under this digest, as one re-rating; needs --reason.",
    };

    public static readonly Option<string?> Reason = new("--reason") { Description = "Why; kept with each fact that has no `reason` of its own in the file." };

    public static readonly Option<string?> From = new("--from") { Description = "With --preview or --digest: from when on figures are compared; by default where the first fact begins to hold." };

    public static readonly Option<string?> To = new("--to") { Description = "With --preview or --digest: until when, exclusive; by default now." };

    private const string Amounts =
        "charge { before after difference } actualCost { before after difference } targetCost { before after difference }";

    private const string PreviewQuery =
        $$"""
        query ($input: ReratingInput!) { previewRerating(input: $input) {
          digest from to timeZone currency atomsMoved idleHoursMoved facts { kind fleet model line from }
          rows { tenant model fleet month {{Amounts}} } total { {{Amounts}} } } }
        """;

    private const string ApplyQuery =
        $$"""
        mutation ($input: ApplyReratingInput!) { applyRerating(input: $input) {
          id recordedAt by reason from to currency atomsMoved idleHoursMoved facts { kind fleet model line from } total { {{Amounts}} } } }
        """;

    public static bool IsAsked(ParseResult parsed) => parsed.GetValue(Preview) || parsed.GetValue(Digest) is not null;

    /// <returns>What is wrong with the options; null when nothing is.</returns>
    public static string? Flaw(ParseResult parsed) => (parsed.GetValue(Preview), parsed.GetValue(Digest), parsed.GetValue(Reason)) switch
    {
        (true, not null, _) => "--preview shows and --digest records; give one of them.",
        (false, not null, null) => "--digest needs --reason: a re-rating says why.",
        (false, null, _) when parsed.GetValue(From) is not null || parsed.GetValue(To) is not null => "--from and --to go with --preview or --digest.",
        _ => null,
    };

    /// <param name="client">Knows the address and the key.</param>
    /// <param name="facts">By the list of the input that they belong in.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What to print, or what is wrong.</returns>
    public static async Task<(IReadOnlyList<string> Lines, IReadOnlyList<string> Errors)> RunAsync(
        HttpClient client, ILookup<string, JsonObject> facts, bool json, ParseResult parsed, CancellationToken cancellation)
    {
        var input = new JsonObject();
        foreach (var list in facts) input[list.Key] = new JsonArray([.. list.Select(fact => fact.DeepClone())]);
        Set("from", parsed.GetValue(From));
        Set("to", parsed.GetValue(To));
        if (parsed.GetValue(Preview))
        {
            var (shown, flaws) = await GraphCall.AskAsync(client, PreviewQuery, new { input }, "previewRerating", cancellation);
            return (shown is null ? [] : json ? [shown.ToJsonString()] : [.. Told(shown)], flaws);
        }

        Set("digest", parsed.GetValue(Digest));
        Set("reason", parsed.GetValue(Reason));
        var (applied, errors) = await GraphCall.AskAsync(client, ApplyQuery, new { input }, "applyRerating", cancellation);
        return (applied is null ? [] : json ? [applied.ToJsonString()] : [$"applied as re-rating {applied["id"]}: {Moved(applied["total"]!)}"], errors);

        void Set(string name, string? value)
        {
            if (value is not null) input[name] = value;
        }
    }

    private static IEnumerable<string> Told(JsonObject preview)
    {
        foreach (var row in preview["rows"]!.AsArray())
            yield return $"{row!["tenant"] ?? "idle or shared"} {row["model"]} {row["fleet"] ?? "no fleet"} {row["month"]}: {Moved(row)}";
        yield return $"total {preview["currency"]}: {Moved(preview["total"]!)}";
        yield return
            $"{preview["facts"]!.AsArray().Count} facts move {preview["atomsMoved"]} atoms and {preview["idleHoursMoved"]} idle hours from {preview["from"]} to {preview["to"]}.";
        yield return $"Nothing was written. To record it: the same file with --reason TEXT --digest {preview["digest"]}";
    }

    /// <summary>For people: `charge 2.00 to 2.50 (+0.50), actualCost the same`.</summary>
    private static string Moved(JsonNode amounts) => string.Join(
        ", ", ((string[])["charge", "actualCost", "targetCost"]).Select(name => $"{name} {Moved(amounts[name]!.AsObject())}"));

    private static string Moved(JsonObject amount)
    {
        var difference = decimal.Parse(amount["difference"]!.ToString(), CultureInfo.InvariantCulture);
        if ($"{amount["before"]}" == $"{amount["after"]}") return amount["after"] is null ? "unknown" : $"{amount["after"]} as before";
        return string.Create(
            CultureInfo.InvariantCulture, $"{amount["before"] ?? "unknown"} to {amount["after"] ?? "unknown"} ({(difference > 0 ? "+" : "")}{difference})");
    }
}
