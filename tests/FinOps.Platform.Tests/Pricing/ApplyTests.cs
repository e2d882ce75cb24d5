using System.CommandLine;
using FinOps.Host.Commands;
using FinOps.Host.Commands.Targets;
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

        await using var count = host.Database.CreateCommand(
            "select sum(events) from finops.book_stream where stream not in ('fleet/printed', 'fleet/lined', 'fleet/whole', 'fleet/moved', 'fleet/printed-h100', 'target/printed-h100/chat', 'target/moved/m', 'work-weights', 'rate-card/stepped')");
        Assert.Equal(11m, await count.ExecuteScalarAsync(TestContext.Current.CancellationToken));

        static (int, string) Outcome((int Code, string Output, string Error) run) => (run.Code, run.Error);
    }

    [Fact]
    public async Task A_modelled_target_is_made_anew_when_its_fleets_price_moves_shown_first_and_recorded_with_a_reason()
    {
        var dear = await FileAsync("""[{"fleet":"printed-h100","from":"2026-03-05T00:00:00Z","costPerHour":"24.8","currency":"USD","accelerator":"H100-SXM-80GB","count":8}]""");
        Assert.Equal(0, (await RunAsync("fleets", "apply", await FileAsync(
            """[{"fleet":"printed-h100","from":"2026-03-02T00:00:00Z","costPerHour":"20","currency":"USD","accelerator":"H100-SXM-80GB","count":8}]"""))).Code);
        var set = await RunAsync("targets", "apply", await FileAsync(
            """
            [{"fleet":"printed-h100","model":"chat","from":"2026-03-02T00:00:00Z","estimate":{"model":"llama-3-70b","accelerator":"H100-SXM-80GB","accelerators":8,
              "tensorParallel":4,"weights":"fp8","promptTokens":1000,"outputTokens":250,"utilisation":0.5}}]
            """));
        Assert.Equal((0, ""), (set.Code, set.Error));
        await RunAsync("fleets", "apply", dear);
        string[] refresh = ["refresh", "--from", "2026-03-05T00:00:00Z", "--fleet", "printed-h100"];

        var shown = await RunAsync("targets", refresh);
        var recorded = await RunAsync("targets", [.. refresh, "--reason", "Prices of March."]);
        var again = await RunAsync("targets", [.. refresh, "--reason", "Prices of March."]);
        var off = await RunAsync("targets", "refresh", "--from", "2026-03-05T00:07:00Z");

        Assert.Contains("  an accelerator-hour: 3.1 USD instead of 2.5 USD\n", shown.Output, StringComparison.Ordinal);
        Assert.EndsWith("1 differ, 0 stay as they are.\nNothing was written. To record it: the same command with --reason TEXT.\n", shown.Output, StringComparison.Ordinal);
        Assert.EndsWith("1 differ, 0 stay as they are.\n", recorded.Output, StringComparison.Ordinal);
        Assert.Equal("0 differ, 1 stay as they are.\n", again.Output);
        Assert.Equal(2L, await CountAsync("target/printed-h100/chat"));
        Assert.Equal(1, off.Code);
        Assert.StartsWith("from: ", off.Error, StringComparison.Ordinal);
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
    public async Task A_file_is_previewed_and_what_was_shown_is_applied_under_its_digest_and_a_reason()
    {
        var file = await FileAsync("""[{"fleet":"moved","from":"2026-03-02T00:00:00Z","to":"2026-03-02T02:00:00Z","costPerHour":"2.5","currency":"USD"}]""");

        var shown = await RunAsync("fleets", "apply", file, "--preview", "--from", "2026-03-02T00:00:00Z", "--to", "2026-03-02T01:00:00Z");
        var digest = shown.Output.Split("--digest ")[^1].Trim();
        var unexplained = await RunAsync("fleets", "apply", file, "--digest", digest);
        var otherWindow = await RunAsync("fleets", "apply", file, "--digest", digest, "--reason", "The invoice came.");
        Assert.Equal(0L, await CountAsync("fleet/moved"));
        var applied = await RunAsync(
            "fleets", "apply", file, "--digest", digest, "--reason", "The invoice came.", "--from", "2026-03-02T00:00:00Z", "--to", "2026-03-02T01:00:00Z");

        Assert.Equal((0, ""), (shown.Code, shown.Error));
        Assert.StartsWith("idle or shared  moved 2026-03: charge unknown, actualCost unknown to 2.5", shown.Output, StringComparison.Ordinal);
        Assert.Equal((1, true), (unexplained.Code, unexplained.Error.Contains("--reason", StringComparison.Ordinal)));
        Assert.Equal((1, true), (otherWindow.Code, otherWindow.Error.Contains("digest", StringComparison.Ordinal)));
        Assert.Equal((0, ""), (applied.Code, applied.Error));
        Assert.Contains("(+2.5", applied.Output, StringComparison.Ordinal);
        Assert.Equal(1L, await CountAsync("fleet/moved"));
    }

    [Fact]
    public async Task A_reason_goes_with_each_fact_that_has_none_of_its_own()
    {
        var file = await FileAsync(
            """
            [{"fleet":"moved","model":"m","from":"2026-03-02T00:00:00Z","costPerMillionTokens":1,"currency":"USD"},
             {"fleet":"moved","model":"m","from":"2026-03-03T00:00:00Z","costPerMillionTokens":2,"currency":"USD","reason":"measured"}]
            """);

        Assert.Equal(0, (await RunAsync("targets", "apply", file, "--reason", "the plan")).Code);

        var changes = await host.DataAsync("""{ bookChanges(where: { kinds: [TARGET], fleets: ["moved"] }) { nodes { by reason backdated } } }""", role: "finance");
        Assert.Equal(
            ["finance the plan True", "finance measured True"],
            changes.GetProperty("bookChanges").GetProperty("nodes").EnumerateArray()
                .Select(c => $"{c.GetProperty("by").GetString()} {c.GetProperty("reason").GetString()} {c.GetProperty("backdated").GetBoolean()}"));
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
    public async Task Reports_of_fleets_are_sent_and_each_flaw_is_told_by_its_entry()
    {
        var from = new DateTimeOffset(DateTimeOffset.UtcNow.UtcTicks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero).AddHours(-2);
        string Report(string state) => $$"""{"fleet":"told","from":"{{from:o}}","to":"{{from.AddHours(1):o}}","accelerator":"h100","count":8,"state":"{{state}}","notes":"by hand"}""";

        var first = await RunWithAsync(host.Keys["fleet"], ["fleets", "report", await FileAsync($"[{Report("serving")},{Report("asleep")}]")]);
        var again = await RunWithAsync(host.Keys["fleet"], ["fleets", "report", await FileAsync($"[{Report("serving")}]")]);
        var forbidden = await RunWithAsync(host.Keys["acme"], ["fleets", "report", await FileAsync($"[{Report("serving")}]")]);

        Assert.Equal((1, "accepted 1, duplicates 0, rejected 1"), (first.Code, first.Output.Trim()));
        Assert.Contains("entry 1: state: `state` is one of serving", first.Error, StringComparison.Ordinal);
        Assert.Equal((0, "accepted 0, duplicates 1, rejected 0"), (again.Code, again.Output.Trim()));
        Assert.Equal(1, forbidden.Code);
        Assert.Contains("403", forbidden.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_weights_are_set_from_a_file_and_a_token_class_that_is_left_out_is_told()
    {
        string Set(string name, string output) =>
            $$"""
            [{"name":"{{name}}","fleet":"weighed","from":"2026-03-02T00:00:00Z","weights":[
              {{string.Join(',', new[] { "uncachedInput", "cacheRead", "cacheWrite", "image", "audioInput", "reasoning", "audioOutput" }.Select(c => $$"""{"unitClass":"{{c}}","workUnits":1}"""))}}{{output}}]}]
            """;

        var set = await RunAsync("weights", "apply", await FileAsync(Set("file-1", """,{"unitClass":"output","workUnits":"5.5"}""")));
        var lacking = await RunAsync("weights", "apply", await FileAsync(Set("file-2", "")));

        Assert.Equal((0, ""), (set.Code, set.Error));
        Assert.StartsWith("set name file-1, fleet weighed, from 2026-03-02T00:00:00Z", set.Output, StringComparison.Ordinal);
        Assert.Equal(1, lacking.Code);
        Assert.Contains("`weights` lacks output", lacking.Error, StringComparison.Ordinal);
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
        var code = await new RootCommand { Apply.Rates(), Apply.Fleets(), TargetsCommand.Command(), Apply.Weights(), Apply.Budgets() }
            .Parse([.. words, "--url", host.Url.ToString(), "--key", key])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    private async Task<long> CountAsync(string stream)
    {
        await using var count = host.Database.CreateCommand("select coalesce(sum(events), 0)::bigint from finops.book_stream where stream = $1");
        count.Parameters.Add(new() { Value = stream });
        return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task<string> FileAsync(string text)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }
}
