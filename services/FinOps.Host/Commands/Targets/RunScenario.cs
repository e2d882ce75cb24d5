using System.CommandLine;
using System.Text.Json.Nodes;
using FinOps.Domain.Targets.Scenarios;
using FinOps.Domain.Values;
using FinOps.Platform.Targets.Scenarios;

namespace FinOps.Host.Commands.Targets;

/// <summary>What a service costs, and what each change of it saves. Needs no server.</summary>
internal static class RunScenario
{
    private static readonly Argument<string> File = new("FILE")
    {
        Description = "A scenario, such as those in infra/catalog/scenarios; docs/targets-facts.md says what it holds.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object." };

    public static Command Command()
    {
        var command = new Command(
            "scenario", "What a service costs before and after each step of a change: physics for the work, queueing for the copies, prices for the hours.")
        {
            File, Json, FactsOption.Catalog,
        };
        command.SetAction((parsed, _) => Task.FromResult(Run(parsed)));
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(File);
        return Answer.To(parsed, output =>
        {
            var facts = FactsOption.Read(parsed);
            var played = PlayScenario.Of(ReadScenario.FromFile(path), facts.Facts, facts.Prices);
            if (parsed.GetValue(Json)) output.WriteLine(Object(played).ToJsonString(TargetJson.Plain));
            else Words(played, output);
        }, path);
    }

    private static void Words(PlayedScenario played, TextWriter output)
    {
        var (scenario, per) = (played.Scenario, played.Scenario.Period == ScenarioPeriod.Day ? "a day" : "a month");
        output.WriteLine($"{scenario.Name}: {scenario.About}");
        output.WriteLine();
        var cost = $"{Currency(played)} {per}";
        output.WriteLine(Invariant($"{"step",-44} {cost,14} {"per million",12} {"saves",8} {"of first",9} {"chips",7} {"used",6}"));
        Money? before = null;
        foreach (var step in played.Steps)
        {
            var saves = before is { } b ? 1 - step.PerDay.Amount / b.Amount : (decimal?)null;
            var ofFirst = step.PerDay.Amount / played.Steps[0].PerDay.Amount;
            var used = step.Parts.Sum(p => p.Utilisation * (double)p.Share);
            var (inPeriod, perMillion) = (played.InPeriod(step.PerDay).Amount, played.PerMillion(step.PerDay)?.Amount);
            output.WriteLine(Invariant(
                $"{step.Name,-44} {inPeriod,14:#,0} {perMillion,12:0.0000} {saves,8:0.0 %} {ofFirst,9:0.0 %} {step.Accelerators,7:0} {used,6:0 %}"));
            foreach (var part in step.Parts)
            {
                var user = part.SecondsPerOutputToken is { } seconds ? Invariant($", {1 / seconds:0} tokens/s for a user") : "";
                var where = string.Join(", ", part.Clouds.Select(c => Invariant($"{c.Share:0 %} at {c.Name}")));
                output.WriteLine(Invariant($"    {part.Share:0 %} to {part.MostCopies:0} × {part.Name}{user}{(where.Length > 0 ? ": " : "")}{where}"));
            }

            before = step.PerDay;
        }

        output.WriteLine();
        foreach (var (provider, perDay) in played.Bought)
            output.WriteLine(Invariant($"Bought from {provider}: {played.InPeriod(perDay).Amount:#,0} {perDay.Currency} {per}; one's own, as in the last step, pays from {played.PaysFrom(perDay):0 %} of this demand on."));
        if (scenario.Claimed is { } claimed)
        {
            var (was, now) = (claimed.Before, claimed.After);
            var modelled = 1 - played.Steps[^1].PerDay.Amount / played.Steps[0].PerDay.Amount;
            output.WriteLine(Invariant($"Claimed ({claimed.Origin.Source}, {claimed.Origin.AsOf}): {was.Amount:#,0} before, {now.Amount:#,0} {now.Currency} after."));
            output.WriteLine(Invariant($"Claimed over modelled: {Ratio(was, played, 0):0.0} before, {Ratio(now, played, ^1):0.0} after;"));
            output.WriteLine(Invariant($"claimed saving {1 - now.Amount / was.Amount:0 %}, modelled {modelled:0 %}."));
        }

        foreach (var sentence in scenario.Unconfirmed) output.WriteLine($"Not confirmed: {sentence}");
    }

    private static JsonObject Object(PlayedScenario played)
    {
        var scenario = played.Scenario;
        var steps = new JsonArray();
        for (var i = 0; i < played.Steps.Count; i++)
        {
            var step = played.Steps[i];
            steps.Add(new JsonObject
            {
                ["name"] = step.Name,
                ["cost"] = Text(played.InPeriod(step.PerDay)),
                ["costPerMillionTokens"] = played.PerMillion(step.PerDay) is { } each ? Text(each) : null,
                ["saves"] = i == 0 ? null : Text(new Money(played.InPeriod(played.Steps[i - 1].PerDay).Amount - played.InPeriod(step.PerDay).Amount, step.PerDay.Currency)),
                ["shareOfFirst"] = (double)(step.PerDay.Amount / played.Steps[0].PerDay.Amount),
                ["accelerators"] = step.Accelerators,
                ["parts"] = new JsonArray([.. step.Parts.Select(p => new JsonObject
                {
                    ["name"] = p.Name,
                    ["share"] = Plain(p.Share),
                    ["acceleratorsPerCopy"] = p.AcceleratorsPerCopy,
                    ["copies"] = p.MostCopies,
                    ["utilisation"] = p.Utilisation,
                    ["cost"] = Text(played.InPeriod(p.PerDay)),
                    ["secondsPerOutputToken"] = p.SecondsPerOutputToken,
                    ["clouds"] = new JsonArray([.. p.Clouds.Select(c => new JsonObject { ["name"] = c.Name, ["share"] = Plain(c.Share) })]),
                })]),
            });
        }

        return new JsonObject
        {
            ["name"] = scenario.Name,
            ["period"] = scenario.Period == ScenarioPeriod.Day ? "DAY" : "MONTH",
            ["currency"] = Currency(played),
            ["tokensPerDay"] = played.TokensPerDay,
            ["steps"] = steps,
            ["bought"] = new JsonArray([.. played.Bought.Select(b => new JsonObject { ["provider"] = b.Provider, ["cost"] = Text(played.InPeriod(b.PerDay)), ["paysFromShareOfDemand"] = (double)played.PaysFrom(b.PerDay) })]),
            ["claimed"] = scenario.Claimed is not { } claimed ? null : new JsonObject
            {
                ["before"] = Text(claimed.Before),
                ["after"] = Text(claimed.After),
                ["source"] = claimed.Origin.Source,
                ["asOf"] = claimed.Origin.AsOf,
                ["beforeOverModelled"] = (double)Ratio(claimed.Before, played, 0),
                ["afterOverModelled"] = (double)Ratio(claimed.After, played, ^1),
            },
            ["unconfirmed"] = new JsonArray([.. scenario.Unconfirmed.Select(s => JsonValue.Create(s))]),
        };
    }

    private static decimal Ratio(Money claimed, PlayedScenario played, Index step) => claimed.Amount / played.InPeriod(played.Steps[step].PerDay).Amount;

    private static string Currency(PlayedScenario played) => played.Steps[0].PerDay.Currency.Code;

    private static string Text(Money money) => Plain(money.Amount);

    private static string Plain(decimal amount) => amount.ToString("0.############", System.Globalization.CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
