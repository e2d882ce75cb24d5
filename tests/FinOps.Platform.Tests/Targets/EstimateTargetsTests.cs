using System.CommandLine;
using System.Text.Json;
using FinOps.Host.Commands.Targets;
using FinOps.Platform.Targets.Estimates;

namespace FinOps.Platform.Tests.Targets;

/// <summary>`finops targets estimate` and `finops targets sweep`, without a server.</summary>
public sealed class EstimateTargetsTests
{
    private static readonly string[] Usual = ["--model", "llama-3-70b", "--accelerator", "H100-SXM-80GB", "--weights", "fp8"];

    [Fact]
    public async Task Every_field_of_the_input_is_an_option_that_help_explains()
    {
        var fields = Fields(typeof(EstimateInput), "");
        Assert.Equal(fields.Order(StringComparer.Ordinal), EstimateOptions.All.Select(o => o.Field).Order(StringComparer.Ordinal));

        var help = (await RunAsync("estimate", "--help")).Output;
        Assert.All(EstimateOptions.All, option => Assert.Contains($"{EstimateOption.NameOf(option.Field)} <", help, StringComparison.Ordinal));

        // A model of one's own is an object; it comes in a file.
        static IEnumerable<string> Fields(Type type, string path) => type.GetProperties().Where(p => p.PropertyType != typeof(ArchitectureInput)).SelectMany(p =>
        {
            var field = $"{path}{JsonNamingPolicy.CamelCase.ConvertName(p.Name)}";
            return p.PropertyType == typeof(SpeculationInput) ? Fields(p.PropertyType, $"{field}.") : [field];
        });
    }

    [Fact]
    public async Task An_estimate_is_a_table_for_people()
    {
        var run = await RunAsync(["estimate", .. Usual, "--price-per-accelerator-hour", "2.50", "--currency", "USD"]);

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.StartsWith("llama-3-70b on 1 x H100-SXM-80GB: 1 copy of TP1, weights fp8, products fp8, cache fp8, engine any", run.Output, StringComparison.Ordinal);
        string[] rows = ["memory", "sequences", "milliseconds", "a prompt", "a decode step", "speed", "latency", "utilisation", "work weights", "energy", "USD per 1M"];
        Assert.All(rows, row => Assert.Contains(run.Output.Split('\n'), line => line.StartsWith(row, StringComparison.Ordinal)));
        Assert.Contains("at 2.5 an hour and accelerator (as given), used 100 %", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_it_is_one_object_with_all_figures()
    {
        var run = await RunAsync(["estimate", .. Usual, "--price-per-accelerator-hour", "2.50", "--currency", "USD", "--json"]);

        var estimate = Assert.Single(Lines(run.Output));
        var time = estimate.GetProperty("decode");
        string[] causes = ["weights", "kvReads", "matrixWork", "attention", "communication", "overhead"];
        Assert.Equal(time.GetProperty("seconds").GetDouble(), causes.Sum(c => time.GetProperty(c).GetDouble()), 12);
        Assert.Equal("2.50", estimate.GetProperty("cost").GetProperty("pricePerAcceleratorHour").GetString());
        Assert.Equal(
            ["uncachedInput", "cacheRead", "cacheWrite", "image", "audioInput", "output", "reasoning", "audioOutput"],
            estimate.GetProperty("workWeights").EnumerateArray().Select(w => w.GetProperty("unitClass").GetString()));
        var (cost, speed) = (estimate.GetProperty("cost"), estimate.GetProperty("speed"));
        Assert.True(decimal.Parse(cost.GetProperty("blendedPerMillion").GetString()!, System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.True(speed.GetProperty("outputTokensPerSecond").GetDouble() > 0);
    }

    [Fact]
    public async Task A_file_says_the_same_and_options_take_the_place_of_its_fields()
    {
        var file = await FileAsync(
            """
            [{"model":"llama-3-70b","accelerator":"H100-SXM-80GB","weights":"fp8","concurrency":8,"notes":"a reader's"},
             {"model":"mine","accelerator":"L4-24GB","architecture":{"layers":16,"hidden":2048,"heads":32,"kvHeads":8,"intermediate":8192,"vocabulary":128256,"totalParameters":1.5e9},
              "speculation":{"tokens":3,"acceptance":0.7,"draftCost":0.05}}]
            """);

        var both = Lines((await RunAsync("estimate", file, "--concurrency", "4", "--json")).Output);

        Assert.Equal([4, 4], both.Select(e => e.GetProperty("configuration").GetProperty("concurrency").GetDouble()));
        Assert.Equal(["llama-3-70b", "mine"], both.Select(e => e.GetProperty("configuration").GetProperty("model").GetString()));
        var single = await FileAsync("""{"model":"llama-3-8b","accelerator":"H100-SXM-80GB"}""");
        Assert.Equal(0, (await RunAsync("estimate", single, "--speculation-tokens", "2", "--speculation-acceptance", "0.8", "--speculation-draft-cost", "0.1")).Code);
    }

    [Theory]
    [InlineData("--accelerator H100", "accelerator: `accelerator` is 'H100'; the nearest that are known: H100-NVL-94GB, H100-PCIe-80GB, H100-SXM-80GB.")]
    [InlineData("--accelerators 1 --weights fp16", "accelerators: llama-3-70b in fp16 does not fit on 1 of H100-SXM-80GB")]
    [InlineData("--concurrency many", "--concurrency: 'many' is no number.")]
    [InlineData("--batching never", "batching")]
    [InlineData("--chunked-prefill maybe", "neither yes nor no")]
    public async Task What_is_wrong_is_told_on_standard_error_with_exit_code_1(string options, string says)
    {
        string[] given = options.Split(' ');
        string[] usual = [.. Usual.Chunk(2).Where(pair => !given.Contains(pair[0])).SelectMany(pair => pair)];

        var run = await RunAsync(["estimate", .. usual, .. given]);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_is_a_line_for_each_configuration_those_that_cannot_be_with_their_reason()
    {
        string[] words = ["sweep", "--model", "llama-3-70b", "--accelerator", "H100-SXM-80GB,H200-SXM-141GB", "--weights", "fp16,fp8", "--accelerators", "1", "--concurrency", "1,16"];

        var table = await RunAsync(words);
        var lines = Lines((await RunAsync([.. words, "--json"])).Output);

        Assert.Equal((0, ""), (table.Code, table.Error));
        Assert.Equal(8, lines.Count);
        Assert.Equal([false, false, true, true, true, true, true, true], lines.Select(l => l.GetProperty("isFeasible").GetBoolean()));
        Assert.Equal("does_not_fit", lines[0].GetProperty("reasons")[0].GetProperty("code").GetString());
        Assert.Contains("It fits on 2 of H100-SXM-80GB (TP2)", table.Output, StringComparison.Ordinal);
        Assert.Contains("6 of 8 configurations can be", table.Output, StringComparison.Ordinal);
        Assert.Contains(lines, l => l.GetProperty("isOnFront").GetBoolean());
    }

    [Fact]
    public async Task A_sweep_may_stand_in_a_file()
    {
        var file = await FileAsync("""{"base":{"model":"llama-3-8b","accelerator":"L4-24GB"},"concurrency":[1,2,4],"weights":["fp16"]}""");

        Assert.Equal(6, Lines((await RunAsync("sweep", file, "--weights", "fp16,fp8", "--json")).Output).Count);
        Assert.Equal(1, (await RunAsync("sweep", file, "--model", "nothing")).Code);
    }

    private static List<JsonElement> Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new RootCommand { TargetsCommand.Command() }.Parse(["targets", .. words])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    private static async Task<string> FileAsync(string text)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }
}
