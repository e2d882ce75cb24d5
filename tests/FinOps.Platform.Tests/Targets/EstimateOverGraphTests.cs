using System.Text.Json;
using System.Text.RegularExpressions;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Targets;

public sealed partial class EstimateOverGraphTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const string Estimate =
        """
        query ($input: EstimateInput!) { estimateTarget(input: $input) {
          configuration { accelerators tensorParallel weights kvCache batching } isFeasible isOnFront
          memory { weightGigabytes mostSequences } decode { seconds weights } speed { outputTokensPerSecond runningSequences }
          workWeights { unitClass workUnits } cost { currency blendedPerMillion pricePerAcceleratorHour utilisation } energy { joulesPerToken } } }
        """;

    [Fact]
    public async Task An_estimate_has_physics_as_numbers_and_money_as_exact_text()
    {
        var data = (await host.DataAsync(Estimate, new
        {
            input = new
            {
                model = "llama-3-70b",
                accelerator = "H100-SXM-80GB",
                weights = "fp8",
                concurrency = 16.5,
                cachedPrefixShare = 0.25,
                pricePerAcceleratorHour = "2.50",
                currency = "USD",
                utilisation = 0.5,
                kvAllocation = "PAGED",
            },
        }, "finance")).GetProperty("estimateTarget");

        Assert.Equal("""{"accelerators":1,"tensorParallel":1,"weights":"fp8","kvCache":"fp8","batching":"CONTINUOUS"}""", data.GetProperty("configuration").GetRawText());
        Assert.Equal(16.5, data.GetProperty("speed").GetProperty("runningSequences").GetDouble(), 6);
        Assert.Equal(JsonValueKind.String, data.GetProperty("cost").GetProperty("blendedPerMillion").ValueKind);
        Assert.Equal(("2.50", "0.5"), (data.GetProperty("cost").GetProperty("pricePerAcceleratorHour").GetString(), data.GetProperty("cost").GetProperty("utilisation").GetString()));
        Assert.Equal(JsonValueKind.Null, data.GetProperty("isOnFront").ValueKind);
    }

    [Fact]
    public async Task Each_flaw_is_an_error_with_its_code_and_field()
    {
        var answer = await host.GraphAsync(Estimate, new { input = new { model = "llama", accelerator = "H100", promptTokens = -1 } }, "finance");

        Assert.Equal(["accelerator", "model", "promptTokens"], answer.Errors.Select(e => e.Field).Order(StringComparer.Ordinal));
        Assert.Contains(answer.Errors, e => e.Code == "accelerator_unknown" && e.Message.Contains("H100-SXM-80GB", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sweep_lists_every_configuration_and_a_tenant_may_not_ask()
    {
        const string sweep = "query ($input: SweepInput!) { sweepTargets(input: $input) { configuration { weights concurrency } isFeasible isOnFront reasons { code field message } } }";
        var input = new { @base = new { model = "llama-3-70b", accelerator = "H100-SXM-80GB", accelerators = 1 }, weights = new[] { "fp16", "fp8" }, concurrency = new[] { 1.5, 8 } };

        var rows = (await host.DataAsync(sweep, new { input })).GetProperty("sweepTargets").EnumerateArray().ToList();

        Assert.Equal([false, false, true, true], rows.Select(r => r.GetProperty("isFeasible").GetBoolean()));
        Assert.Equal("does_not_fit", rows[0].GetProperty("reasons")[0].GetProperty("code").GetString());
        Assert.Equal("forbidden", Assert.Single((await host.GraphAsync(sweep, new { input }, "globex")).Errors).Code);
    }

    [Fact]
    public void No_money_is_binary_floating_point()
    {
        var floats = File.ReadLines(Path.Combine(Repository.Root, "tests/FinOps.Platform.Tests/Graph/schema.graphql")).Where(l => l.Contains(": Float", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(floats);
        Assert.DoesNotContain(floats, line => Money().IsMatch(line));
    }

    /// <summary>A draft's cost is a share of a step, and a kilowatt-hour no currency.</summary>
    [GeneratedRegex(@"(?i)(?<!draft)cost|price|amount|charge|(?<!kilowattHours)perMillion|variance")]
    private static partial Regex Money();
}
