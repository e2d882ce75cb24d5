using System.Globalization;
using FinOps.Domain.Targets.Calibration;
using FinOps.Domain.Targets.Physics;
using FinOps.Host.Publishing;
using FinOps.Platform.Targets.Facts;

namespace FinOps.Host.Measurements;

/// <summary>
/// A table of measured throughputs, CSV with the columns below; others are for readers. Lengths are means; without concurrency the load is the
/// most there was; without a layout every one that could have been is tried.
/// </summary>
internal sealed class ThroughputFile
{
    /// <summary>Runs that say so drew lengths evenly from 0.8 to 1.0 of the nominal ones.</summary>
    private const double MeanOfDrawnLengths = 0.9;

    private static readonly string[] Columns =
        ["row_id", "engine", "engine_version", "gpu", "n_gpus", "tp", "pp", "dp", "ep", "model", "precision", "isl", "osl", "concurrency", "scenario", "out_tok_s_total"];

    private static readonly int[] Layouts = [1, 2, 4, 8, 16];

    private readonly CsvRows rows;
    private readonly FactCatalogue facts;
    private readonly Dictionary<string, int> places;
    private readonly int notes;

    private ThroughputFile(CsvRows rows, FactCatalogue facts)
    {
        (this.rows, this.facts) = (rows, facts);
        places = Columns.ToDictionary(name => name, rows.Column);
        notes = rows.HasColumn("notes") ? rows.Column("notes") : -1;
    }

    /// <exception cref="TraceException">A row cannot be read; the message names line and column.</exception>
    public static IReadOnlyList<Measurement> Read(string path, FactCatalogue facts)
    {
        using var rows = new CsvRows(new TraceFile(path, new TraceOptions()));
        var file = new ThroughputFile(rows, facts);
        var read = new List<Measurement>();
        while (rows.Read()) read.Add(file.Row());
        return read.Count > 0 ? read : throw new TraceException($"{path} has no rows.");
    }

    private Measurement Row()
    {
        var (scenario, remarks) = (Text("scenario"), notes >= 0 ? rows.Text(notes) : "");
        var chip = facts.Facts.Accelerators.GetValueOrDefault(Text("gpu")) ?? throw rows.Flaw(places["gpu"], "no accelerator has this key; add a row to accelerators.json");
        var model = facts.Facts.Models.GetValueOrDefault(Text("model")) ?? throw rows.Flaw(places["model"], "no model has this key; add a row to models.json");
        var engine = EngineGeneration.Of(Text("engine"), Text("engine_version"), scenario, remarks);
        var rules = Rules(scenario, model.Key);
        var precision = PrecisionOf(model, chip);
        var workload = WorkloadOf(scenario, rules, remarks.Contains("InferenceX", StringComparison.Ordinal) ? MeanOfDrawnLengths : 1);
        var count = (int)Count("n_gpus");
        var ways = Split(model, count, remarks)
            .Select(split => new MeasuredWay(
                new Deployment(chip, count / split.Accelerators * split.Accelerators, split, precision, engine)
                {
                    Batching = scenario == "static_batch" ? Batching.Static : Batching.Continuous,
                }, workload))
            .ToList();
        return new Measurement(Text("row_id"), engine, model, Text("precision"), ways, Number("out_tok_s_total"))
        {
            RandomArrivals = rules?.MaxSecondsPerOutputToken is not null,
        };
    }

    private BenchmarkRules? Rules(string scenario, string model) => facts.Benchmarks.FirstOrDefault(b =>
        b.Scenario == scenario && (b.Engine is null || b.Engine == Text("engine")) && (b.Model is null || b.Model == model)
        && (b.Lengths is null || b.Lengths == $"{Text("isl")}/{Text("osl")}"));

    private Workload WorkloadOf(string scenario, BenchmarkRules? rules, double drawn)
    {
        Load load = rules?.MaxSecondsPerOutputToken is { } limit ? new Load.Latency(limit, null)
            : Text("concurrency").Length > 0 ? new Load.Concurrency(Number("concurrency"))
            : new Load.Maximum();
        return new Workload(rules?.PromptTokens ?? Number("isl") * drawn, Number("osl") * drawn, 0, load) { Requests = rules?.Requests };
    }

    /// <summary>Models with a format of their own keep it: their rows name what the rest was.</summary>
    private Precision PrecisionOf(ModelArchitecture model, Accelerator chip)
    {
        var format = NumberFormat.Find(Text("precision")) ?? throw rows.Flaw(places["precision"], $"no number format has this name; there are {string.Join(", ", NumberFormat.Names)}");
        return Precision.Served(model, format, chip);
    }

    private IEnumerable<Parallelism> Split(ModelArchitecture model, int count, string remarks)
    {
        if (Text("tp").Length > 0)
        {
            var told = new Parallelism((int)Count("tp"), One("pp"), One("dp"), One("ep"));
            // Tables that publish these runs by their number of chips say so in a remark.
            return [told.Data == 1 && model.IsMixtureOfExperts && remarks.Contains("enable_attention_dp", StringComparison.Ordinal)
                ? new Parallelism(1, told.Pipeline, told.Tensor, told.Tensor)
                : told];
        }

        var could = Layouts.Where(n => count % n == 0).Select(n => new Parallelism(n));
        return model.IsMixtureOfExperts ? could.Concat(Layouts.Where(n => n > 1 && count % n == 0).Select(n => new Parallelism(1, 1, n, n))) : could;
    }

    private int One(string column) => Text(column).Length == 0 ? 1 : (int)Count(column);

    private string Text(string column) => rows.Text(places[column]);

    private double Count(string column) => rows.Count(places[column]) is > 0 and var count ? count : throw rows.Flaw(places[column], "a number above zero is expected");

    private double Number(string column) =>
        double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw rows.Flaw(places[column], "a number above zero is expected");
}
