using System.Text.Json;
using FinOps.Platform.Budgets;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>Scopes, measures, limits and forecasts, over records that came through the door.</summary>
public sealed class BudgetTermsGraphTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    private const string Create = "mutation ($input: CreateBudgetInput!) { createBudget(input: $input) { id spend limit } }";

    [Fact]
    public async Task Nested_budgets_count_each_record_once_each_in_its_own_measure()
    {
        await PostAsync("nested", "a", "f1", "search", input: 3, output: 10);
        await PostAsync("nested", "b", "f2", "search", input: 5, output: 20);
        await PostAsync("nested", "c", "f2", "chat", input: 7, output: 40);

        Assert.Equal("70", await SpendAsync("all", new { }));
        Assert.Equal("60", await SpendAsync("fleet", new { scope = new { fleets = new[] { "f2" } } }));
        Assert.Equal("30", await SpendAsync("tag", new { scope = new { tags = new[] { new { key = "feature", value = "search" } } } }));
        Assert.Equal("20", await SpendAsync("both", new { scope = new { fleets = new[] { "f2" }, tags = new[] { new { key = "feature", value = "search" } } } }));
        Assert.Equal("0", await SpendAsync("model", new { scope = new { models = new[] { "another" } } }));
        Assert.Equal("85", await SpendAsync("tokens", new { measure = "TOKENS" }));
        Assert.Equal("15", await SpendAsync("input", new { measure = "INPUT_TOKENS" }));
        Assert.Equal("70", await SpendAsync("output", new { measure = "OUTPUT_TOKENS" }));
        Assert.Equal("3", await SpendAsync("requests", new { measure = "REQUESTS" }));
        // Of 100: 60 and 70 reach 50 %, and so do 85 tokens, which reach 80 % as well.
        Assert.Equal(
            ["all 50", "fleet 50", "output 50", "tokens 50", "tokens 80"],
            await host.RowsAsync("select budget_id, threshold from finops.alert where tenant = 'nested' order by 1, 2"));
    }

    [Fact]
    public async Task A_budget_on_tokens_says_which_record_crossed_its_amounts()
    {
        await PostAsync("counted", "late", "f1", "x", input: 0, output: 30, minutesBack: 1);
        await PostAsync("counted", "early", "f1", "x", input: 0, output: 40, minutesBack: 3);
        await host.DataAsync(Create, new { input = new { id = "counted", tenant = "counted", amount = "100", measure = "TOKENS", thresholdAmounts = new[] { "35", "65" } } });

        var data = await host.DataAsync(
            """
            { budgets(ids: ["counted"]) { currency thresholdAmounts crossingsByEventTime { thresholdPercent thresholdAmount id cumulative } }
              alerts(budgets: ["counted"]) { thresholdPercent thresholdAmount thresholdKind kind crossing { id } } }
            """);

        Assert.Equal(
            """[{"currency":"XXX","thresholdAmounts":["35","65"],"crossingsByEventTime":[{"thresholdPercent":"35","thresholdAmount":"35","id":"early","cumulative":"40"},{"thresholdPercent":"65","thresholdAmount":"65","id":"late","cumulative":"70"}]}]""",
            Text(data.GetProperty("budgets")));
        Assert.Equal(["35 early", "65 late"], data.GetProperty("alerts").EnumerateArray().Select(a =>
            $"{a.GetProperty("thresholdAmount").GetString()} {a.GetProperty("crossing").GetProperty("id").GetString()}"));
    }

    [Fact]
    public async Task A_raise_lifts_the_limit_until_its_end_and_takes_back_what_it_un_crosses()
    {
        await host.DataAsync(Create, new { input = new { id = "raised", tenant = "raised", amount = "100", currency = "USD", thresholds = new[] { 80 }, webhook = new { url = host.Receiver.Url("raised") } } });
        await host.SpendAsync("raised", 85);
        await host.Receiver.NextAsync("raised");

        var raised = await host.DataAsync(
            "mutation ($until: DateTime!) { changeBudget(input: { id: \"raised\", raise: { by: 50, until: $until } }) { amount limit raise { by } } }",
            new { until = DateTimeOffset.UtcNow.AddSeconds(3) });
        Assert.Equal("""{"amount":"100","limit":"150","raise":{"by":"50"}}""", Text(raised.GetProperty("changeBudget")));
        Assert.EndsWith("_80_retracted", (await host.Receiver.NextAsync("raised")).Id, StringComparison.Ordinal);

        // Its end comes without any usage; a sweep finds it.
        await Fixtures.Eventually.SeeAsync(
            async () => (await BudgetWatch.TenantsWithNewsAsync(host.Database, TestContext.Current.CancellationToken)).Contains("raised"), due => due);
        await Fixtures.Eventually.SeeAsync(
            async () =>
            {
                await ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services).RunAsync(TestContext.Current.CancellationToken);
                return await host.RowsAsync("select kind from finops.alert where tenant = 'raised' order by 1");
            },
            kinds => kinds.Count == 3);
        Assert.EndsWith("_80_recrossed", (await host.Receiver.NextAsync("raised")).Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forecast_threshold_alerts_once_and_the_budget_tells_how_it_foresees()
    {
        var day = TimeSpan.FromDays(1);
        for (var back = 20; back > 0; back--) await host.SpendAsync("foreseen", 10, at: DateTimeOffset.UtcNow - back * day);
        var start = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero);
        await host.DataAsync(Create, new
        {
            input = new
            {
                id = "foreseen",
                tenant = "foreseen",
                amount = "90",
                currency = "USD",
                period = new { start, end = start.AddDays(10) },
                forecastThresholds = new[] { 100 },
                webhook = new { url = host.Receiver.Url("foreseen") },
            },
        });
        await host.SpendAsync("foreseen", 5);
        var sweep = ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services);
        await sweep.RunAsync(TestContext.Current.CancellationToken);
        await host.SpendAsync("foreseen", 1);
        await sweep.RunAsync(TestContext.Current.CancellationToken);

        var forecast = (await host.DataAsync("""{ budgets(ids: ["foreseen"]) { forecast { burnRatePerDay exceededOn backtestDays backtestErrorPercent } } }"""))
            .GetProperty("budgets")[0].GetProperty("forecast");
        Assert.Equal(("10", 13, "0"), (forecast.GetProperty("burnRatePerDay").GetString(), forecast.GetProperty("backtestDays").GetInt32(), forecast.GetProperty("backtestErrorPercent").GetString()));
        Assert.NotEqual(JsonValueKind.Null, forecast.GetProperty("exceededOn").ValueKind);
        Assert.Equal(["FORECAST FORECAST 100"], await host.RowsAsync("select kind, basis, threshold from finops.alert where tenant = 'foreseen'"));
    }

    [Fact]
    public async Task Who_changed_what_and_when_can_be_read()
    {
        await host.DataAsync(Create, new { input = new { id = "audited", tenant = "acme", amount = "100", currency = "USD", kind = "SOFT" } }, "finance");
        await host.DataAsync("""mutation { changeBudget(input: { id: "audited", amount: 120 }) { id } }""", role: "acme");
        await host.DataAsync("""mutation { changeBudget(input: { id: "audited", amount: 150, effectiveFrom: "2030-01-01T00:00:00Z", kind: HARD }) { id } }""", role: "finance");
        await host.DataAsync("""mutation { closeBudget(id: "audited") { id } }""", role: "finance");

        var audit = (await host.DataAsync("""{ budgets(ids: ["audited"], includeClosed: true) { amount audit { by what changes { field before after } } } }""", role: "acme"))
            .GetProperty("budgets")[0];

        Assert.Equal("120", audit.GetProperty("amount").GetString());
        var acts = audit.GetProperty("audit").EnumerateArray().ToList();
        Assert.Equal(["finance CREATED", "acme CHANGED", "finance CHANGED", "finance CLOSED"], acts.Select(a => $"{a.GetProperty("by").GetString()} {a.GetProperty("what").GetString()}"));
        Assert.Equal("""[{"field":"amount","before":"100","after":"120"}]""", Text(acts[1].GetProperty("changes")));
        Assert.Equal(
            """[{"field":"kind","before":"Soft","after":"Hard"},{"field":"amountChanges","before":null,"after":"150 from 2030-01-01T00:00:00Z"}]""",
            Text(acts[2].GetProperty("changes")));
    }

    [Fact]
    public async Task Cost_is_no_measure_for_a_tenant_whose_contract_does_not_show_it()
    {
        var refused = await host.GraphAsync(Create, new { input = new { id = "peek", amount = "1", currency = "USD", measure = "COST" } }, "acme");
        await host.DataAsync(Create, new { input = new { id = "theirs-by-cost", tenant = "acme", amount = "1", currency = "USD", measure = "COST" } }, "finance");

        Assert.Equal("measure_not_allowed", Assert.Single(refused.Errors).Code);
        Assert.Equal(0, (await host.DataAsync("""{ budgets(ids: ["theirs-by-cost"]) { id } }""", role: "acme")).GetProperty("budgets").GetArrayLength());
        Assert.Equal("budget_unknown", Assert.Single((await host.GraphAsync("""mutation { closeBudget(id: "theirs-by-cost") { id } }""", role: "acme")).Errors).Code);
    }

    private async Task<string> SpendAsync(string id, object further)
    {
        var input = JsonSerializer.SerializeToNode(further)!.AsObject();
        (input["id"], input["tenant"], input["amount"]) = (id, "nested", "100");
        if (input["measure"] is null) input["currency"] = "USD";
        return (await host.DataAsync(Create, new { input })).GetProperty("createBudget").GetProperty("spend").GetString()!;
    }

    private async Task PostAsync(string tenant, string id, string fleet, string feature, long input, long output, int minutesBack = 0)
    {
        var batch = new
        {
            schemaVersion = 1,
            batchId = "b",
            source = "s",
            records = new[]
            {
                new
                {
                    tenant, id, fleet, model = AlertingHost.Model, occurredAt = DateTimeOffset.UtcNow.AddMinutes(-minutesBack),
                    quantities = new { uncachedInput = input, output }, tags = new { feature },
                },
            },
        };
        using var content = new StringContent(JsonSerializer.Serialize(batch), System.Text.Encoding.UTF8, "application/json");
        using var answer = await host.Client("fleet").PostAsync("/v1/usage", content);
        Assert.Contains("accepted", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Text(JsonElement element) => JsonSerializer.Serialize(element);
}
