using System.CommandLine;
using System.Text.Json.Nodes;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Estimates;

namespace FinOps.Host.Commands.Targets;

/// <summary>What a deployment does and costs by physics. Needs no server.</summary>
internal static class EstimateTargets
{
    private static readonly Argument<string?> File = new("FILE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "A JSON object, or a list of them, as estimateTarget takes them; options take the place of its fields. Notes and source are ignored.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object per estimate, as estimateTarget answers, and nothing else on standard output." };

    private const string Description =
        """
        What a model does on accelerators under a load, and what its tokens then cost. Needs no server. See docs/targets.md.

        Says what fits in memory, the time of a prompt and of a step by cause, speed, latency, utilisation, what tokens weigh (for setWorkWeights),
        cost and energy. What is left out takes its usual value, which the answer names.
        What cannot be is an error that names the field, why, and the nearest that works.

        Exit code 0: estimated; 1: something is wrong, and the messages say what.
        """;

    public static Command Command()
    {
        var command = new Command("estimate", Description) { File, Json, FactsOption.Catalog };
        foreach (var option in EstimateOptions.All) command.Add(option.Option);
        command.SetAction((parsed, _) => Task.FromResult(Run(parsed)));
        return command;
    }

    private static int Run(ParseResult parsed) => Answer.To(parsed, output =>
    {
        var facts = FactsOption.Read(parsed);
        var path = parsed.GetValue(File);
        var views = new List<EstimateView>();
        foreach (var (index, input) in (path is null ? [new JsonObject()] : CatalogFile.Entries(path, orOne: true)).Index())
        {
            EstimateOptions.Over(input, parsed);
            var request = CatalogFile.Read<EstimateInput>(path ?? "the options", index, input).ToRequest();
            views.Add(EstimateView.Of(request, request.Decide(facts.Facts, facts.Prices).Answer()));
        }

        foreach (var view in views) output.WriteLine(parsed.GetValue(Json) ? EstimateJson.Line(view) : EstimateWords.Of(view));
    });
}
