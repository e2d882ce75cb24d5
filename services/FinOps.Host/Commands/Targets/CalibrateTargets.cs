using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FinOps.Domain.Targets.Calibration;
using FinOps.Domain.Values;
using FinOps.Host.Measurements;

namespace FinOps.Host.Commands.Targets;

/// <summary>Fits an engine's or a fleet's efficiency factors to own measurements. Needs no server.</summary>
internal static class CalibrateTargets
{
    /// <summary>A factor that is known no better than this says little.</summary>
    private const double UnsureBeyond = 0.25;

    private static readonly Argument<string> File = new("FILE.csv") { Description = "Own measurements, as `validate` takes them; what they say of the engine is overruled by --engine." };

    private static readonly Option<string> Engine = new("--engine") { HelpName = "NAME", Description = "Name of the new row: of an engine, or of a fleet; estimates and targets name it as their engine.", Required = true };

    private static readonly Option<string> Basis = new("--basis") { HelpName = "ENGINE", Description = "The engine whose factors it starts from (default: vllm).", DefaultValueFactory = _ => "vllm" };

    private static readonly Option<string?> Write = new("--write") { HelpName = "DIR", Description = "Writes the row into DIR/engines.json, in place of an older one of the name; then give --catalog DIR to the other commands." };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object on standard output and nothing else." };

    public static Command Command()
    {
        var command = new Command("calibrate", Description) { File, Engine, Basis, Write, Json, FactsOption.Catalog };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, TimeProvider.System, cancellation)));
        return command;
    }

    private static string Description =>
        """
        Fits the efficiency factors of one engine, or of one fleet's way of running it, to own measurements, and says how sure they are. Needs no server.

        scale: speed as a whole; layers: the time to launch a layer; sequences: the time per running sequence. Facts of chips and models are never
        touched. Rows that differ in concurrency and in model size tell the three apart; with few rows they stay near those of --basis.
        """;

    private static int Run(ParseResult parsed, TimeProvider clock, CancellationToken cancellation) => Answer.To(parsed, output =>
    {
        var facts = FactsOption.Read(parsed);
        var (path, name, basis) = (parsed.GetRequiredValue(File), parsed.GetRequiredValue(Engine), parsed.GetRequiredValue(Basis));
        if (!facts.Facts.Engines.Contains(basis))
            throw new RejectedException(new Rejection("engine_unknown", "--basis", $"No engine is named '{basis}'; there are {string.Join(", ", facts.Facts.Engines)}."));

        var measured = ThroughputFile.Read(path, facts);
        var calibrated = CalibrateEngine.Of(facts.Facts, basis, name, measured, cancellation);
        var asOf = clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var source = $"calibrated on {measured.Count} measurements of {Path.GetFileName(path)}, from {basis}";
        if (parsed.GetValue(Write) is { } folder) EngineRows.Put(folder, calibrated.Factors, source, asOf);
        if (parsed.GetValue(Json)) output.WriteLine(Report(calibrated, source, asOf).ToJsonString());
        else Print(calibrated, source, asOf, output);
    });

    private static void Print(CalibratedEngine calibrated, string source, string asOf, TextWriter output)
    {
        output.WriteLine("factor            before     fitted   one standard error");
        foreach (var factor in calibrated.Each)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{factor.Name,-12}{factor.Before,12:0.000}{factor.Value,11:0.000}   ± {factor.RelativeError * 100:0.0} %{(factor.RelativeError > UnsureBeyond ? "   these measurements say little of it" : "")}"));
        output.WriteLine();
        output.WriteLine($"before   {ValidateTargets.Words(calibrated.Before)}");
        output.WriteLine($"after    {ValidateTargets.Words(calibrated.After)}");
        output.WriteLine(calibrated.Unseen is { } unseen ? $"unseen   {ValidateTargets.Words(unseen)}" : "unseen   too few rows to leave any out");
        output.WriteLine();
        output.WriteLine(EngineRows.Json(calibrated.Factors, source, asOf));
    }

    private static JsonObject Report(CalibratedEngine calibrated, string source, string asOf) => new()
    {
        ["row"] = JsonNode.Parse(EngineRows.Json(calibrated.Factors, source, asOf))!.AsArray()[0]!.DeepClone(),
        ["factors"] = new JsonArray([.. calibrated.Each.Select(f => new JsonObject
        {
            ["name"] = f.Name,
            ["before"] = f.Before,
            ["value"] = f.Value,
            ["relativeStandardError"] = f.RelativeError,
        })]),
        ["before"] = ValidateTargets.Figures(calibrated.Before),
        ["after"] = ValidateTargets.Figures(calibrated.After),
        ["unseen"] = calibrated.Unseen is { } unseen ? ValidateTargets.Figures(unseen) : null,
    };
}
