using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FinOps.Domain.Targets.Calibration;
using FinOps.Domain.Targets.Physics;
using FinOps.Host.Measurements;

namespace FinOps.Host.Commands.Targets;

/// <summary>How far the model is from what was measured. Needs no server.</summary>
internal static class ValidateTargets
{
    private const int WorstRows = 10;

    /// <summary>Of a fit that leaves something out: more change the third digit.</summary>
    private const int LeaveOneOutRounds = 20;

    private static readonly (string Name, Func<Measurement, string> Of)[] Groups =
    [
        ("accelerator", m => m.Accelerator.Key),
        ("model", m => m.Model.Key),
        ("engine", m => m.Engine),
        ("precision", m => m.PrecisionName),
    ];

    private static readonly Argument<string> File = new("FILE.csv")
    {
        Description = "Measurements: row_id, engine, engine_version, gpu, n_gpus, tp, pp, dp, ep, model, precision, isl, osl, concurrency, scenario, out_tok_s_total; gzipped or not.",
    };

    private static readonly Option<string?> Predictions = new("--predictions")
    {
        HelpName = "OUT.csv",
        Description = "Writes the prediction of each row: row_id,predicted_out_tok_s_total (empty where the model says that it does not fit).",
    };

    private static readonly Option<string[]> LeaveOut = new("--leave-one-out")
    {
        HelpName = "accelerator|model",
        Description = "Fits anew without each accelerator (or model), predicts what was left out, and prints those errors as well. Takes minutes; may be given twice.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object on standard output and nothing else." };

    public static Command Command()
    {
        LeaveOut.AcceptOnlyFromAmong("accelerator", "model");
        var command = new Command("validate", "How far the model's predictions are from measured throughputs. Needs no server.") { File, Predictions, LeaveOut, Json, FactsOption.Catalog };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation) => Answer.To(parsed, output =>
    {
        var error = parsed.InvocationConfiguration.Error;
        var facts = FactsOption.Read(parsed);
        var measured = ThroughputFile.Read(parsed.GetRequiredValue(File), facts);
        var predictions = measured
            .Select(m => new Prediction(m, m.Predict(facts.Facts.EfficiencyOf(m.Engine, m.Accelerator.Generation))))
            .ToList();
        if (parsed.GetValue(Predictions) is { } path) Write(path, predictions);
        var without = (parsed.GetValue(LeaveOut) ?? []).Distinct().ToDictionary(by => by, by => MeasurementErrors.Of(LeaveOneOut.Of(
            measured, Groups.First(g => g.Name == by).Of, LeaveOneOutRounds,
            (left, errors) => error.WriteLine($"without {left}: {Words(errors)}"), cancellation)));
        if (parsed.GetValue(Json)) output.WriteLine(Report(predictions, without).ToJsonString());
        else Print(predictions, without, output);
    });

    private static void Write(string path, IEnumerable<Prediction> predictions) => System.IO.File.WriteAllLines(
        path,
        predictions.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Measured.Id},{p.Predicted:0.###}")).Prepend("row_id,predicted_out_tok_s_total"));

    private static void Print(List<Prediction> predictions, Dictionary<string, MeasurementErrors> without, TextWriter output)
    {
        output.WriteLine($"{"all",-40}{Words(MeasurementErrors.Of(predictions))}");
        foreach (var (name, of) in Groups)
        {
            output.WriteLine();
            output.WriteLine($"by {name}");
            foreach (var group in predictions.GroupBy(p => of(p.Measured)).OrderBy(g => g.Key, StringComparer.Ordinal))
                output.WriteLine($"  {group.Key,-38}{Words(MeasurementErrors.Of([.. group]))}");
        }

        output.WriteLine();
        output.WriteLine("worst rows");
        foreach (var worst in Worst(predictions))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {worst.Measured.Id,-8}{Describe(worst.Measured),-70} measured {worst.Measured.OutputTokensPerSecond:0} predicted {worst.Predicted:0}"));
        foreach (var (by, errors) in without) output.WriteLine($"{"leave one " + by + " out",-40}{Words(errors)}");
    }

    private static JsonObject Report(List<Prediction> predictions, Dictionary<string, MeasurementErrors> without)
    {
        var report = Figures(MeasurementErrors.Of(predictions));
        foreach (var (name, of) in Groups)
            report[$"by{char.ToUpperInvariant(name[0])}{name[1..]}"] = new JsonObject(predictions.GroupBy(p => of(p.Measured)).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => KeyValuePair.Create<string, JsonNode?>(g.Key, Figures(MeasurementErrors.Of([.. g])))));
        report["worst"] = new JsonArray([.. Worst(predictions).Select(p => new JsonObject
        {
            ["row"] = p.Measured.Id,
            ["what"] = Describe(p.Measured),
            ["measured"] = p.Measured.OutputTokensPerSecond,
            ["predicted"] = p.Predicted,
        })]);
        report["leaveOneOut"] = new JsonObject(without.Select(w => KeyValuePair.Create<string, JsonNode?>(w.Key, Figures(w.Value))));
        return report;
    }

    private static IEnumerable<Prediction> Worst(IEnumerable<Prediction> predictions) => predictions.OrderByDescending(p => p.AbsoluteError).Take(WorstRows);

    internal static JsonObject Figures(MeasurementErrors errors) => JsonSerializer.SerializeToNode(new
    {
        n = errors.Count,
        medianAbsolutePercentageError = Percent(errors.Median),
        meanAbsolutePercentageError = Percent(errors.Mean),
        percentWithin20 = Percent(errors.WithinFifth),
        medianRatio = Math.Round(errors.MedianRatio, 4),
    })!.AsObject();

    private static double Percent(double share) => Math.Round(share * 100, 3);

    internal static string Words(MeasurementErrors e) => string.Create(
        CultureInfo.InvariantCulture,
        $"n {e.Count,5}   median {e.Median * 100,6:0.00} %   mean {e.Mean * 100,6:0.00} %   within 20 % {e.WithinFifth * 100,5:0.0} %   ratio {e.MedianRatio:0.00}");

    private static string Describe(Measurement m)
    {
        var (deployment, workload) = m.Ways[0];
        var layout = m.Ways.Count == 1 ? deployment.Parallelism.ToString() : "any layout";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{m.Model.Key} {m.PrecisionName} on {deployment.Accelerators} {m.Accelerator.Key}, {layout}, {m.Engine}, {workload.PromptTokens:0}/{workload.OutputTokens:0}{(workload.Load is Load.Concurrency c ? $" × {c.Requests:0}" : "")}");
    }
}
