using System.CommandLine;
using FinOps.Host.Commands;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Pricing;

public sealed class ApplyTests(RunningHost host) : IClassFixture<RunningHost>
{
    [Fact]
    public async Task The_catalogue_of_the_demo_is_applied_and_again_changes_nothing()
    {
        var demo = Path.Combine(Repository.Root, "infra/catalog/demo");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal((0, ""), Outcome(await RunAsync("fleets", "apply", Path.Combine(demo, "fleets.json"))));
            Assert.Equal((0, ""), Outcome(await RunAsync("rates", "apply", Path.Combine(demo, "rates.json"), "--json")));
            Assert.Equal((0, ""), Outcome(await RunAsync("targets", "apply", Path.Combine(demo, "targets.json"))));
            Assert.Equal((0, ""), Outcome(await RunAsync("budgets", "apply", Path.Combine(demo, "budgets.json"))));
        }

        await using var count = host.Database.CreateCommand("select sum(events) from finops.book_stream where stream not in ('fleet/printed', 'fleet/lined', 'fleet/whole', 'rate-card/stepped')");
        Assert.Equal(11m, await count.ExecuteScalarAsync(TestContext.Current.CancellationToken));

        static (int, string) Outcome((int Code, string Output, string Error) run) => (run.Code, run.Error);
    }

    [Fact]
    public async Task What_was_set_is_printed()
    {
        var file = await FileAsync("""[{"fleet":"printed","from":"2026-03-02T00:00:00Z","costPerHour":"2.50","currency":"USD","source":"a list"}]""");

        var words = await RunAsync("fleets", "apply", file);
        var json = await RunAsync("fleets", "apply", file, "--json");

        Assert.StartsWith("set fleet printed, from 2026-03-02T00:00:00Z, costPerHour 2.50, currency USD", words.Output, StringComparison.Ordinal);
        Assert.StartsWith("""{"fleet":"printed",""", json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sizes_and_cost_lines_stand_in_one_file_with_costs_of_whole_fleets()
    {
        var file = await FileAsync(
            """
            [{"fleet":"lined","from":"2026-03-02T00:00:00Z","accelerator":"H100","count":"4.5"},
             {"fleet":"lined","line":"hall","kind":"POWER","from":"2026-03-02T00:00:00Z","currency":"USD","kilowattsPerAccelerator":0.7,"powerUsageEffectiveness":1.2,"pricePerKilowattHour":"0.11"},
             {"fleet":"lined","line":"rent","kind":"ON_DEMAND","from":"2026-03-02T00:00:00Z","to":"2026-03-03T00:00:00Z","currency":"USD","pricePerAcceleratorHour":3,"notes":"a list"},
             {"fleet":"whole","from":"2026-03-02T00:00:00Z","costPerHour":1,"currency":"USD"}]
            """);

        foreach (var _ in Enumerable.Range(0, 2)) Assert.Equal((0, ""), Outcome(await RunAsync("fleets", "apply", file)));

        await using var count = host.Database.CreateCommand("select sum(events) from finops.book_stream where stream in ('fleet/lined', 'fleet/whole')");
        Assert.Equal(4m, await count.ExecuteScalarAsync(TestContext.Current.CancellationToken));

        static (int, string) Outcome((int Code, string Output, string Error) run) => (run.Code, run.Error);
    }

    [Fact]
    public async Task Rate_cards_of_every_kind_stand_in_one_file_and_again_change_nothing()
    {
        var file = await FileAsync(
            """
            [{"model":"stepped","from":"2026-03-01T00:00:00Z","currency":"USD","modelAliases":["stepped-latest"],
              "rates":[{"unitClass":"output","perMillion":4},{"unitClass":"output","perMillion":"3","volumeAboveUnits":1000000,"notes":"a list"},
                       {"unitClass":"output","perMillion":6,"contextAboveTokens":200000},{"unitClass":"output","perMillion":9,"serviceTier":"priority"}],
              "discounts":[{"serviceTier":"batch","percent":50}],"freeUnitsPerMonth":[{"unitClass":"output","units":100000}],
              "rounding":{"decimals":2,"mode":"HALF_EVEN"},"source":"a list"},
             {"model":"stepped","from":"2026-03-01T00:00:00Z","to":"2026-06-01T00:00:00Z","currency":"USD","tenant":"acme","markupPercent":"12.5"},
             {"model":"stepped","from":"2026-03-01T00:00:00Z","currency":"USD","contract":"c","tenants":["globex"],"rates":[{"unitClass":"output","perMillion":2}]}]
            """);

        var runs = new[] { await RunAsync("rates", "apply", file), await RunAsync("rates", "apply", file) };

        Assert.All(runs, run => Assert.Equal((0, ""), (run.Code, run.Error)));
        Assert.Contains("set model stepped, version 2, tenant acme, from 2026-03-01T00:00:00Z, to 2026-06-01T00:00:00Z, currency USD, markupPercent 12.5", runs[1].Output, StringComparison.Ordinal);
        await using var count = host.Database.CreateCommand("select sum(events) from finops.book_stream where stream = 'rate-card/stepped'");
        Assert.Equal(3m, await count.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"fleet":"half","line":"l","kind":"ON_DEMAND","currency":"USD","pricePerAcceleratorHour":2190}""", "pricePerAcceleratorHour")]
    [InlineData("""{"fleet":"half","line":"l","kind":"MONTHLY","currency":"USD","costPerHour":1}""", "kind")]
    [InlineData("""{"fleet":"half","costPerHour":1,"currency":"USD","costperday":3}""", "costperday")]
    [InlineData("""{"fleet":"half","costPerHour":1,"currency":"usd"}""", "currency")]
    [InlineData("""{"fleet":"half","from":"2026-03-02T00:01:00Z","costPerHour":1,"currency":"USD"}""", "from")]
    [InlineData("""{"fleet":"half","currency":"USD"}""", "costPerHour")]
    public async Task A_file_with_a_slip_is_refused_whole_with_entry_and_field(string slip, string field)
    {
        var file = await FileAsync($$"""[{"fleet":"half","costPerHour":1,"currency":"USD"},{{slip}}]""");

        var run = await RunAsync("fleets", "apply", file);

        Assert.Equal(1, run.Code);
        Assert.Contains("entry 1", run.Error, StringComparison.Ordinal);
        Assert.Contains(field, run.Error, StringComparison.Ordinal);
        var fleets = await host.DataAsync("{ fleets { id } }");
        Assert.DoesNotContain(fleets.GetProperty("fleets").EnumerateArray(), f => f.GetProperty("id").GetString() == "half");
    }

    [Theory]
    [InlineData("{}", "array")]
    [InlineData("[1]", "array")]
    [InlineData("[", "")]
    public async Task A_file_that_cannot_be_read_says_why(string text, string why)
    {
        var run = await RunAsync("rates", "apply", await FileAsync(text));

        Assert.Equal(1, run.Code);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_may_not_set_facts_is_told_so()
    {
        var run = await RunWithAsync(host.Keys["acme"], ["fleets", "apply", await FileAsync("""[{"fleet":"f","costPerHour":1,"currency":"USD"}]""")]);

        Assert.Equal(1, run.Code);
        Assert.Contains("entry 0", run.Error, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Error)> RunAsync(string verb, params string[] words) =>
        RunWithAsync(host.Keys["finance"], [verb, .. words]);

    private async Task<(int Code, string Output, string Error)> RunWithAsync(string key, string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new RootCommand { Apply.Rates(), Apply.Fleets(), Apply.Targets(), Apply.Budgets() }
            .Parse([.. words, "--url", host.Url.ToString(), "--key", key])
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
