using System.CommandLine;
using System.Text.Json.Nodes;
using FinOps.Domain.Values;
using FinOps.Platform.Currencies;
using FinOps.Platform.Fleets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using FinOps.Platform.Targets;
using FinOps.Platform.Tenants;

namespace FinOps.Host.Commands;

/// <summary>
/// Sends a file of facts to the running system, one mutation per entry. The whole file is checked first, by the code that the host decides
/// with, so that a slip in the last entry does not leave the others applied.
/// </summary>
internal static class Apply
{
    /// <param name="Mutation">The root field.</param>
    /// <param name="Input">Its input type.</param>
    /// <param name="Shown">What is printed of its answer.</param>
    /// <param name="Facts">Its list in the input of a re-rating; null where it is no fact of the books.</param>
    /// <param name="Check">Decides the entry as the host would; null where only the host can.</param>
    private sealed record Kind(string Mutation, string Input, string Shown, string? Facts, Action<string, int, JsonObject>? Check);

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static Command Rates()
    {
        var rates = Command("rates", "What tokens are sold for, per model.", new Kind(
            "setRateCard", "RateCardInput", "model version tenant contract from to currency markupPercent rates { unitClass perMillion inherited }", "rateCards",
            (path, index, entry) => CatalogFile.Read<RateCardInput>(path, index, entry).ToCommand().Decide(Now)));
        rates.Add(RatesImport.Command());
        return rates;
    }

    public static Command Fleets()
    {
        var fleets = FleetFactsCommand();
        fleets.Subcommands.Add(ReportFleets.Command());
        return fleets;
    }

    public static Command Weights() => Command("weights", "What tokens weigh when a fleet's hour is shared over its work.", new Kind(
        "setWorkWeights", "WorkWeightsInput", "name fleet from weights { unitClass workUnits }", "workWeights",
        (path, index, entry) => CatalogFile.Read<WorkWeightsInput>(path, index, entry).ToCommand().Decide(Now)));

    private static Command FleetFactsCommand() => Command(
        "fleets", "What fleets have and cost: their size, their cost lines, or the cost of the whole; and what they report of themselves.",
        "FleetSizeInput, CostLineInput or FleetCostInput objects, as setFleetSize, setCostLine and setFleetCost take them",
        entry => FleetFacts.Of(entry) switch
        {
            FleetFact.CostLine => new Kind("setCostLine", "CostLineInput", "fleet line kind from to currency", "costLines", CheckFleet),
            FleetFact.Size => new Kind("setFleetSize", "FleetSizeInput", "fleet from accelerator count", "fleetSizes", CheckFleet),
            _ => new Kind("setFleetCost", "FleetCostInput", "fleet from to costPerHour currency accelerator count", "fleetCosts", CheckFleet),
        }, areFacts: true, ImportCosts.Command());

    public static Command Targets() => Command(
        "targets", "What a million tokens should cost, per fleet and model.", "TargetInput or ModelledTargetInput objects, as setTarget and setModelledTarget take them",
        entry => TargetEntries.IsModelled(entry)
            ? new Kind("setModelledTarget", "ModelledTargetInput", "fleet model from costPerMillionTokens currency kind version", "modelledTargets", CheckTarget)
            : new Kind("setTarget", "TargetInput", "fleet model from costPerMillionTokens currency", "targets", CheckTarget),
        areFacts: true);

    public static Command Tenants() => Command("tenants", "Who pays: names, currencies, time zones, accounting months, contracts.", new Kind(
        "setTenant", "TenantInput", "id displayName currency timeZone monthStartsOnDay showsCost", null,
        (path, index, entry) => CatalogFile.Read<TenantInput>(path, index, entry).Decide(Now)));

    public static Command Exchange() => Command("exchange", "What currencies are worth in each other.", new Kind(
        "setExchangeRate", "ExchangeRateInput", "source target from rate", "exchangeRates",
        (path, index, entry) => CatalogFile.Read<ExchangeRateInput>(path, index, entry).ToCommand().Decide(Now)));

    public static Command Budgets() => Command("budgets", "Limits on tenants' spend.", new Kind(
        "createBudget", "CreateBudgetInput", "id tenant measure amount currency thresholds kind whenAway", null, null));

    private static void CheckFleet(string path, int index, JsonObject entry) => FleetFacts.Check(path, index, entry, Now);

    private static void CheckTarget(string path, int index, JsonObject entry) => TargetEntries.Check(path, index, entry, Now);

    private static Command Command(string verb, string what, Kind kind) =>
        Command(verb, what, $"{kind.Input} objects, as {kind.Mutation} takes them", _ => kind, areFacts: kind.Facts is not null);

    private static Command Command(
        string verb, string what, string objects, Func<JsonObject, Kind> kindOf, bool areFacts, params Command[] others)
    {
        var file = new Argument<string>("FILE") { Description = $"A JSON array of {objects}; the keys notes and source are ignored." };
        var json = new Option<bool>("--json") { Description = "Print what was set as JSON, one object a line." };
        var apply = new Command("apply", "Set what the file says. The same file again changes nothing.")
        {
            file, json, Connection.UrlOption, Connection.KeyOption,
        };
        foreach (var option in areFacts ? (Option[])[Rerate.Preview, Rerate.From, Rerate.To, Rerate.Reason, Rerate.Digest] : []) apply.Add(option);
        apply.SetAction((parsed, cancellation) => RunAsync(kindOf, parsed.GetValue(file)!, parsed.GetValue(json), parsed, cancellation));
        var command = new Command(verb, what) { apply };
        foreach (var other in others) command.Add(other);
        return command;
    }

    private static async Task<int> RunAsync(
        Func<JsonObject, Kind> kindOf, string path, bool json, ParseResult parsed, CancellationToken cancellation)
    {
        try
        {
            var entries = CatalogFile.Entries(path);
            if (Rerate.Flaw(parsed) is { } flaw) return Fail([flaw], parsed);
            var flaws = entries.SelectMany((entry, index) => Flaws(kindOf(entry), path, index, entry)).ToList();
            if (flaws.Count > 0) return Fail(flaws, parsed);
            using var client = GraphCall.Client(Connection.Url(parsed), Connection.Key(parsed, "finance"));
            if (Rerate.IsAsked(parsed))
            {
                var (lines, errors) = await Rerate.RunAsync(client, entries.ToLookup(e => kindOf(e).Facts!), json, parsed, cancellation);
                foreach (var line in lines) await parsed.InvocationConfiguration.Output.WriteLineAsync(line);
                return errors.Count == 0 ? 0 : Fail([.. errors.Select(e => $"{path}: {e}")], parsed);
            }

            foreach (var entry in entries.Where(e => parsed.GetValue(Rerate.Reason) is not null && !e.ContainsKey("reason")))
                entry["reason"] = parsed.GetValue(Rerate.Reason);
            for (var index = 0; index < entries.Count; index++)
            {
                var answer = await SendAsync(client, kindOf(entries[index]), entries[index], cancellation);
                if (answer.Errors.Count > 0)
                {
                    var done = $"{index} of {entries.Count} entries were set before it.";
                    return Fail([.. answer.Errors.Select(e => $"{path}: entry {index}: {e}"), done], parsed);
                }

                await parsed.InvocationConfiguration.Output.WriteLineAsync(json ? answer.Set!.ToJsonString() : Line(answer.Set!));
            }

            return 0;
        }
        catch (Exception trouble) when (trouble is CatalogFileException or HttpRequestException or InvalidOperationException)
        {
            return Fail([trouble.Message], parsed);
        }
    }

    private static IEnumerable<string> Flaws(Kind kind, string path, int index, JsonObject entry)
    {
        try
        {
            kind.Check?.Invoke(path, index, entry);
            return [];
        }
        catch (CatalogFileException flaw)
        {
            return [flaw.Message];
        }
        catch (RejectedException refused)
        {
            return [.. refused.Rejections.Select(r => $"{path}: entry {index}: {r.Field}: {r.Message}")];
        }
    }

    private static Task<(JsonObject? Set, IReadOnlyList<string> Errors)> SendAsync(
        HttpClient client, Kind kind, JsonObject entry, CancellationToken cancellation) =>
        GraphCall.AskAsync(
            client, $"mutation ($input: {kind.Input}!) {{ {kind.Mutation}(input: $input) {{ {kind.Shown} }} }}", new { input = entry }, kind.Mutation,
            cancellation);

    /// <summary>For people: `fleet h100, from 2026-…, costPerHour 12.5`.</summary>
    private static string Line(JsonObject set) =>
        "set " + string.Join(", ", set.Where(p => p.Value is not null).Select(p => $"{p.Key} {Text(p.Value!)}"));

    private static string Text(JsonNode value) => value switch
    {
        JsonArray list => string.Join(" ", list.Select(v => Text(v!))),
        JsonObject inner => $"({string.Join(" ", inner.Select(p => $"{p.Value}"))})",
        _ => value.ToString(),
    };

    private static int Fail(IReadOnlyList<string> messages, ParseResult parsed)
    {
        foreach (var message in messages) parsed.InvocationConfiguration.Error.WriteLine(message);
        return 1;
    }
}
