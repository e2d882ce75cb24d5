using System.Globalization;
using System.Text.Json;
using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Scenarios;
using FinOps.Host.Commands.Targets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Scenarios;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Targets;

/// <summary>`targets scenario`: the cases of the article, and how their files are read.</summary>
public sealed class ScenarioFileTests
{
    private const string First =
        """
        "deployment": { "model": "llama-3-8b", "accelerator": "L4-24GB", "weights": "fp8", "promptTokens": 100, "outputTokens": 50 }, "payment": { "kind": "ON_DEMAND", "provider": "a" }
        """;

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "infra/catalog/scenarios"), "*.json").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_scenario_runs_and_ends_cheaper_than_it_began(string file)
    {
        var run = await RunAsync(Path.Combine(Repository.Root, "infra/catalog/scenarios", file), "--json");

        Assert.Equal((0, ""), (run.Code, run.Error));
        var played = JsonDocument.Parse(run.Output).RootElement;
        var costs = played.GetProperty("steps").EnumerateArray().Select(s => decimal.Parse(s.GetProperty("cost").GetString()!, CultureInfo.InvariantCulture)).ToList();
        Assert.True(costs.Count >= 5);
        Assert.All(costs.Zip(costs.Skip(1)), pair => Assert.True(pair.Second <= pair.First));
        Assert.True(costs[^1] < costs[0] / 4);
        Assert.All(
            played.GetProperty("steps").EnumerateArray().SelectMany(s => s.GetProperty("parts").EnumerateArray()),
            part => Assert.InRange(part.GetProperty("utilisation").GetDouble(), 0.001, 1));
        Assert.NotEmpty(played.GetProperty("unconfirmed").EnumerateArray());
    }

    [Fact]
    public async Task The_podcast_case_costs_a_fraction_of_what_is_claimed_and_says_so()
    {
        var run = await RunAsync(Path.Combine(Repository.Root, "infra/catalog/scenarios/podcast-transcription.json"));

        // 5,000 hours at 20 times real time and 2 USD an hour, in whole accelerators.
        Assert.Contains("528", run.Output, StringComparison.Ordinal);
        Assert.Contains("Bought from OpenAI: 1,800 USD a day; one's own, as in the last step, pays from 3 % of this demand on.", run.Output, StringComparison.Ordinal);
        Assert.Contains("Claimed over modelled: 34.1 before", run.Output, StringComparison.Ordinal);
        Assert.Contains("Not confirmed: ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_changes_the_fields_that_it_names_and_another_payment_begins_anew()
    {
        var scenario = ReadScenario.Parse("f", File(
            $$"""{ "name": "one", {{First}} }""",
            """{ "name": "two", "deployment": { "weights": "int8", "concurrency": 4 }, "payment": { "point": "HIGH" } }""",
            """{ "name": "three", "deployment": { "concurrency": null }, "payment": { "kind": "RENTAL" }, "sites": 3 }"""));

        var requests = scenario.Steps.Select(s => ((Serving.Text)s.Setup.Serving).Request).ToList();
        Assert.Equal(["fp8", "int8", "int8"], requests.Select(r => r.Weights));
        Assert.Equal([null, 4.0, null], requests.Select(r => r.Concurrency));
        Assert.Equal(
            [(PriceKind.OnDemand, "a", PricePoint.Middle), (PriceKind.OnDemand, "a", PricePoint.High), (PriceKind.Rental, null, PricePoint.Middle)],
            scenario.Steps.Select(s => (s.Setup.Payment.Kind, s.Setup.Payment.Provider, s.Setup.Payment.Point)));
        Assert.Equal([1, 1, 3], scenario.Steps.Select(s => s.Setup.Sites));
    }

    [Theory]
    [InlineData("""{ "name": "one", "payment": { "kind": "ON_DEMAND" } }""", "f: steps[0]: a step has either deployment or sound")]
    [InlineData("""{ "deployment": {}, "payment": { "kind": "ON_DEMAND" } }""", "f: steps[0]: name: is missing")]
    [InlineData("""{ "name": "one", "deployment": { "modle": "m" }, "payment": { "kind": "ON_DEMAND" } }""", "modle")]
    [InlineData("""{ "name": "one", "deployment": {}, "payment": { "kind": "CASH" } }""", "$.payment.kind")]
    [InlineData("""{ "name": "one", "deployment": {} }""", "payment")]
    public void A_bad_step_is_named_with_its_field(string step, string said) =>
        Assert.Contains(said, Assert.Throws<CatalogFileException>(() => ReadScenario.Parse("f", File(step))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_file_that_is_not_there_or_cannot_be_played_is_said_without_a_trace()
    {
        var path = Path.GetTempFileName();
        await System.IO.File.WriteAllTextAsync(path, File($$"""{ "name": "one", {{First.Replace("L4-24GB", "L5", StringComparison.Ordinal)}} }"""));

        var (missing, wrong) = (await RunAsync("nowhere.json"), await RunAsync(path));

        Assert.Equal((1, true), (missing.Code, missing.Error.StartsWith("nowhere.json: ", StringComparison.Ordinal)));
        Assert.Equal((1, true), (wrong.Code, wrong.Error.Contains("steps[0].deployment.accelerator", StringComparison.Ordinal)));
        System.IO.File.Delete(path);
    }

    private static string File(params string[] steps) =>
        $$"""{ "name": "n", "about": "a", "period": "DAY", "demand": { "perDay": 1000 }, "steps": [{{string.Join(",", steps)}}] }""";

    private static Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.OfAsync(RunScenario.Command(), arguments);
}
