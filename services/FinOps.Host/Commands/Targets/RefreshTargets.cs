using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace FinOps.Host.Commands.Targets;

/// <summary>Modelled targets by the facts and prices of now: shows what would differ, and records it when it is told why.</summary>
internal static class RefreshTargets
{
    private static readonly Option<DateTimeOffset> From = new("--from") { Description = "From when the new versions hold: a quarter-hour.", Required = true };

    private static readonly Option<string[]> Fleets = new("--fleet") { Description = "Of these fleets only; may be given again." };

    private static readonly Option<string?> Reason = new("--reason") { Description = "Records what differs; kept with each new version. Without it nothing is written." };

    private static readonly Option<bool> Json = new("--json") { Description = "The answer as one JSON object." };

    private const string Answered =
        "{ from unchanged targets { fleet model currency costBefore costAfter priceBefore priceAfter changed flaws } }";

    private const string Preview =
        $$"""query ($from: DateTime!, $fleets: [String!]) { previewTargetRefresh(from: $from, fleets: $fleets) {{Answered}} }""";

    private const string Record =
        $$"""mutation ($from: DateTime!, $fleets: [String!], $reason: String!) { refreshTargets(from: $from, fleets: $fleets, reason: $reason) {{Answered}} }""";

    public static Command Command()
    {
        var command = new Command(
            "refresh", "Makes the books' modelled targets anew from what they were asked, by the facts and prices of now; what differs becomes a version from a date.")
        {
            From, Fleets, Reason, Json, Connection.UrlOption, Connection.KeyOption,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var (from, fleets, reason) = (parsed.GetValue(From), parsed.GetValue(Fleets) is { Length: > 0 } named ? named : null, parsed.GetValue(Reason));
        try
        {
            using var client = GraphCall.Client(Connection.Url(parsed), Connection.Key(parsed, "finance"));
            var (answer, errors) = reason is null
                ? await GraphCall.AskAsync(client, Preview, new { from, fleets }, "previewTargetRefresh", cancellation)
                : await GraphCall.AskAsync(client, Record, new { from, fleets, reason }, "refreshTargets", cancellation);
            foreach (var flaw in errors) await error.WriteLineAsync(flaw);
            if (answer is null) return 1;
            foreach (var line in parsed.GetValue(Json) ? [answer.ToJsonString()] : Told(answer, reason is not null)) await output.WriteLineAsync(line);
            return errors.Count == 0 ? 0 : 1;
        }
        catch (Exception trouble) when (trouble is HttpRequestException or InvalidOperationException)
        {
            await error.WriteLineAsync(trouble.Message);
            return 1;
        }
    }

    private static IEnumerable<string> Told(JsonObject answer, bool isRecorded)
    {
        var targets = answer["targets"]!.AsArray();
        foreach (var target in targets)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{target!["fleet"]} {target["model"]}: {target["costBefore"]} to {target["costAfter"] ?? "unknown"} {target["currency"]} per million tokens");
            foreach (var word in target["changed"]!.AsArray().Concat(target["flaws"]!.AsArray())) yield return $"  {word}";
        }

        yield return $"{targets.Count} differ, {answer["unchanged"]} stay as they are.";
        if (!isRecorded) yield return "Nothing was written. To record it: the same command with --reason TEXT.";
    }
}
