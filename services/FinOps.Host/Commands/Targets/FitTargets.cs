using System.CommandLine;
using System.Globalization;
using FinOps.Domain.Targets.Calibration;
using FinOps.Host.Measurements;

namespace FinOps.Host.Commands.Targets;

/// <summary>Makes all rows of <c>engines.json</c> from measurements: how those that came with the program were made. Needs no server.</summary>
internal static class FitTargets
{
    private const int DefaultRounds = 60;

    private static readonly Argument<string> File = new("FILE.csv") { Description = "Measurements, as `validate` takes them." };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "At most so many steps of the search.", DefaultValueFactory = _ => DefaultRounds };

    private static readonly Option<string> AsOf = new("--as-of") { Description = "The date that the rows bear, for example 2026-11.", Required = true };

    public static Command Command()
    {
        var command = new Command("fit", "Fits all efficiencies anew, of engines and generations too, and prints the rows of engines.json. Needs no server; takes seconds.") { File, Rounds, AsOf, FactsOption.Catalog };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation) => Answer.To(parsed, output =>
    {
        var error = parsed.InvocationConfiguration.Error;
        var facts = FactsOption.Read(parsed);
        var measured = ThroughputFile.Read(parsed.GetRequiredValue(File), facts);
        var knobs = LeaveOneOut.Knobs(measured);
        var fitted = FitEfficiencies.Of(
            facts.Facts.Efficiencies, knobs, measured, parsed.GetValue(Rounds),
            loss => error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"loss {loss:0.000}")), cancellation);
        foreach (var (knob, wrong) in knobs.Zip(fitted.RelativeErrors))
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{knob.Name,-36}{knob.Get(fitted.Efficiencies),14:0.####E+0}  ± {wrong * 100:0.0} %"));
        output.WriteLine(EngineRows.Json(fitted.Efficiencies, $"fitted to {measured.Count} published measurements: docs/adr/0041-target-model.md", parsed.GetRequiredValue(AsOf)));
    });
}
