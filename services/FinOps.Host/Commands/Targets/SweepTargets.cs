using System.CommandLine;
using System.Text.Json.Nodes;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Estimates;

namespace FinOps.Host.Commands.Targets;

/// <summary>Many deployments or loads beside each other. Needs no server.</summary>
internal static class SweepTargets
{
    /// <summary>The fields of `SweepInput` that are lists.</summary>
    private static readonly string[] Lists = ["model", "accelerator", "accelerators", "tensorParallel", "weights", "promptTokens", "outputTokens", "concurrency"];

    private static readonly Argument<string?> File = new("FILE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "A JSON object as sweepTargets takes it: base, and lists; options take the place of its fields. Notes and source are ignored.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object per configuration, as sweepTargets answers, and nothing else on standard output." };

    public static Command Command()
    {
        var command = new Command("sweep", Description) { File, Json, FactsOption.Catalog };
        foreach (var option in EstimateOptions.All) command.Add(option.Option);
        command.SetAction((parsed, _) => Task.FromResult(Run(parsed)));
        return command;
    }

    private static string Description =>
        $"""
        What every combination of the lists does and costs: a line each, for a plot of cost per million tokens against speed per user. Needs no server.

        Lists, with commas between their values: {string.Join(", ", Lists.Select(EstimateOption.NameOf))}. All other options hold for every
        configuration. At most {Limits.SweepConfigurations} configurations.
        A * marks those worth choosing: no other one of the same model and lengths is both cheaper and faster for a user.
        What cannot be is listed with its reason.

        Exit code 0: estimated, even if none can be; 1: something is wrong with all of them, and the messages say what.
        """;

    private static int Run(ParseResult parsed) => Answer.To(parsed, output =>
    {
        var facts = FactsOption.Read(parsed);
        var points = CatalogFile.Read<SweepInput>(parsed.GetValue(File) ?? "the options", 0, Input(parsed)).ToRequest()
            .Decide(facts.Facts, facts.Prices, Limits.SweepConfigurations);
        var views = points.Select(EstimateView.Of).ToList();
        foreach (var line in parsed.GetValue(Json) ? views.Select(EstimateJson.Line) : SweepWords.Of(views)) output.WriteLine(line);
    });

    private static JsonObject Input(ParseResult parsed)
    {
        var sweep = parsed.GetValue(File) is { } path ? Single(path) : [];
        if (sweep["base"] is not JsonObject common) sweep["base"] = common = [];
        EstimateOptions.Over(common, parsed, but: option => Lists.Contains(option.Field));
        foreach (var option in EstimateOptions.All.Where(o => Lists.Contains(o.Field)))
        {
            if (parsed.GetValue(option.Option) is not { } values) continue;
            sweep[option.Field] = new JsonArray([.. values.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(option.Parse)]);
        }

        return sweep;
    }

    private static JsonObject Single(string path) =>
        CatalogFile.Entries(path, orOne: true) is [var one] ? one : throw new CatalogFileException($"{path}: one JSON object is expected.");
}
