using System.Globalization;
using System.Text.Json;
using FinOps.Domain.Targets.Calibration;
using FinOps.Host.Commands.Targets;
using FinOps.Host.Measurements;
using FinOps.Platform.Targets.Facts;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Targets;

/// <summary>How near the model is to what was measured: `finops targets validate`, `calibrate` and `fit`, without a server.</summary>
public sealed class AccuracyTests
{
    /// <summary>One row of each pair of accelerator and model that was measured in public, the middle one of the list.</summary>
    private static readonly string OwnTable = Path.Combine(Repository.Root, "infra/catalog/physics/measured.csv");

    [Fact]
    public async Task On_our_own_table_the_model_is_as_near_as_it_was()
    {
        var report = await ReportAsync("validate", OwnTable);

        Assert.Equal(55, report.GetProperty("n").GetInt32());
        Assert.InRange(Figure(report, "medianAbsolutePercentageError"), 0, 12);
        Assert.InRange(Figure(report, "meanAbsolutePercentageError"), 0, 13.5);
        Assert.InRange(Figure(report, "percentWithin20"), 82, 100);
        Assert.Equal(
            ["n", "medianAbsolutePercentageError", "meanAbsolutePercentageError", "percentWithin20", "medianRatio", "byAccelerator", "byModel", "byEngine", "byPrecision", "worst", "leaveOneOut"],
            report.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task On_all_public_measurements_the_errors_are_within_what_a_target_may_have()
    {
        var report = await ReportAsync("validate", RecordedTraces.Shared("throughput.csv"));

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        Assert.Equal(2148, report.GetProperty("n").GetInt32());
        Assert.InRange(Figure(report, "medianAbsolutePercentageError"), 0, 9);
        Assert.InRange(Figure(report, "meanAbsolutePercentageError"), 0, 13.5);
        Assert.InRange(Figure(report, "percentWithin20"), 82, 100);
    }

    [Fact]
    public async Task An_accelerator_that_no_fit_has_seen_is_predicted_within_fifteen_percent()
    {
        var report = await ReportAsync("validate", RecordedTraces.Shared("throughput.csv"), "--leave-one-out", "accelerator");

        Assert.InRange(Figure(report.GetProperty("leaveOneOut").GetProperty("accelerator"), "medianAbsolutePercentageError"), 0, 15);
    }

    [Fact]
    public async Task Every_row_gets_its_prediction_in_the_file_asked_for()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.csv");
        try
        {
            Assert.Equal(0, (await RunAsync("validate", OwnTable, "--predictions", path)).Code);

            var lines = File.ReadAllLines(path);
            Assert.Equal("row_id,predicted_out_tok_s_total", lines[0]);
            Assert.Equal(File.ReadLines(OwnTable).Skip(1).Select(l => l.Split(',')[0]), lines.Skip(1).Select(l => l.Split(',')[0]));
            Assert.All(lines.Skip(1), line => Assert.True(double.Parse(line.Split(',')[1], CultureInfo.InvariantCulture) > 0));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_is_named_by_line_and_column()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.csv");
        try
        {
            File.WriteAllText(path, File.ReadAllText(OwnTable).Replace("A100-SXM-80GB", "A999", StringComparison.Ordinal));

            var run = await RunAsync("validate", path);

            Assert.Equal(1, run.Code);
            Assert.Contains("line 2", run.Error, StringComparison.Ordinal);
            Assert.Contains("column 'gpu'", run.Error, StringComparison.Ordinal);
            Assert.Contains("accelerators.json", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Calibrating_finds_the_factor_that_was_planted_says_how_sure_it_is_and_the_row_can_be_used()
    {
        var folder = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(folder);
        try
        {
            // A fleet that does 70 % of what the model says, row by row.
            var rows = ThroughputFile.Read(OwnTable, LoadFacts.Built);
            var own = Path.Combine(folder, "own.csv");
            File.WriteAllLines(own, File.ReadLines(OwnTable).Take(1).Concat(File.ReadLines(OwnTable).Skip(1).Zip(rows).Where(r => r.Second.Engine == "vllm").Select(r =>
                WithThroughput(r.First, 0.7 * r.Second.Predict(LoadFacts.Built.Facts.EfficiencyOf("vllm", r.Second.Accelerator.Generation))!.Value))));

            var report = await ReportAsync("calibrate", own, "--engine", "our-fleet", "--basis", "vllm", "--write", folder);

            var scale = report.GetProperty("factors").EnumerateArray().Single(f => f.GetProperty("name").GetString() == "scale");
            Assert.Equal(0.7, scale.GetProperty("value").GetDouble() / scale.GetProperty("before").GetDouble(), 0.05);
            Assert.InRange(scale.GetProperty("relativeStandardError").GetDouble(), 0, 0.2);
            Assert.True(Figure(report.GetProperty("after"), "medianAbsolutePercentageError") < 3);
            Assert.Equal(report.GetProperty("row").GetProperty("scale").GetDouble(), LoadFacts.From(folder).Facts.Efficiencies.Row("our-fleet", null).Scale);
            Assert.DoesNotContain(report.GetProperty("row").EnumerateObject(), p => p.Name is "memoryBytes" or "denseFlops");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_fit_finds_again_what_measurements_were_made_with()
    {
        var facts = LoadFacts.Built.Facts;
        var truth = facts.Efficiencies with { Usual = facts.Efficiencies.Usual with { WeightReads = 0.7, LayerSeconds = 45e-6 } };
        var made = ThroughputFile.Read(OwnTable, LoadFacts.Built)
            .Select(m => m with { OutputTokensPerSecond = m.Predict(truth.Of(m.Engine, m.Accelerator.Generation))!.Value }).ToList();
        var knobs = Knob.Usuals.Where(k => k.Name is "weightReads" or "layerSeconds").ToList();

        var fitted = FitEfficiencies.Of(facts.Efficiencies, knobs, made, 50).Efficiencies.Usual;

        Assert.Equal(0.7, fitted.WeightReads, 0.005);
        Assert.Equal(45e-6, fitted.LayerSeconds, 0.5e-6);
    }

    private static string WithThroughput(string line, double value)
    {
        // The last column but one; notes hold no comma, sources before it may.
        var end = line.LastIndexOf(',');
        return line[..(line.LastIndexOf(',', end - 1) + 1)] + value.ToString("R", CultureInfo.InvariantCulture) + line[end..];
    }

    private static double Figure(JsonElement of, string name) => of.GetProperty(name).GetDouble();

    private static async Task<JsonElement> ReportAsync(params string[] arguments)
    {
        var run = await RunAsync([.. arguments, "--json"]);
        Assert.True(run.Code == 0, run.Error);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await TargetsCommand.Command().Parse(arguments).InvokeAsync(
            new System.CommandLine.InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
