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

        const string raise = "mutation ($until: DateTime!) { changeBudget(input: { id: \"raised\", raise: { by: 50, until: $until } }) { amount limit raise { by } } }";
        var raised = await host.DataAsync(raise, new { until = DateTimeOffset.UtcNow.AddHours(1) });
        Assert.Equal("""{"amount":"100","limit":"150","raise":{"by":"50"}}""", Text(raised.GetProperty("changeBudget")));
        Assert.EndsWith("_80_retracted", (await host.Receiver.NextAsync("raised")).Id, StringComparison.Ordinal);

        // Its end comes without any usage; a sweep finds it. Who is too slow to say an end that lies ahead says a later one.
        for (var seconds = 3; (await host.GraphAsync(raise, new { until = DateTimeOffset.UtcNow.AddSeconds(seconds) })).Errors.Any(); seconds *= 2) Assert.InRange(seconds, 1, 100);
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
    public async Task A_fleet_that_falls_silent_is_told_of_and_so_is_its_return()
    {
        await Fixtures.WithinOne.HourAsync();
        var now = DateTimeOffset.UtcNow;
        var start = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero).AddHours(-3);
        await host.DataAsync(Create, new
        {
            input = new
            {
                id = "silent",
                tenant = "silent",
                amount = "100",
                currency = "USD",
                period = new { start, end = start.AddDays(2) },
                scope = new { fleets = new[] { "quiet-one" } },
                noDataAfterHours = 2,
                webhook = new { url = host.Receiver.Url("silent") },
            },
        });
        var sweep = ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services);

        await sweep.RunAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("_s2", (await host.Receiver.NextAsync("silent")).Id, StringComparison.Ordinal);
        await sweep.RunAsync(TestContext.Current.CancellationToken);
        await PostAsync("silent", "back", "quiet-one", "x", input: 0, output: 1);
        await sweep.RunAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("_s2_retracted", (await host.Receiver.NextAsync("silent")).Id, StringComparison.Ordinal);

        var alerts = (await host.DataAsync("""{ alerts(budgets: ["silent"], includeNotices: true) { kind thresholdKind cause } }""")).GetProperty("alerts");
        Assert.Equal(["NO_DATA SILENCE", "RECOVERED SILENCE"], alerts.EnumerateArray().Select(a => $"{a.GetProperty("kind").GetString()} {a.GetProperty("thresholdKind").GetString()}"));
        Assert.StartsWith("No usage of fleet quiet-one for 3", alerts[0].GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_cost_that_drifts_from_its_own_past_is_told_with_its_cause()
    {
        var yesterday = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero).AddDays(-1);
        await host.DataAsync(
            "mutation ($from: DateTime!) { setFleetCost(input: { fleet: \"drifting\", from: $from, costPerHour: 10, currency: \"USD\" }) { fleet } }",
            new { from = yesterday.AddDays(-9) }, "finance");
        for (var back = 1; back <= 7; back++) await PostAsync("drifting", $"d{back}", "drifting", "x", input: 0, output: 1_000, at: yesterday.AddDays(-back).AddHours(12));
        await PostAsync("drifting", "d0", "drifting", "x", input: 0, output: 500, at: yesterday.AddHours(12));
        await host.DataAsync(Create, new
        {
            input = new
            {
                id = "drifting",
                tenant = "drifting",
                amount = "1000000",
                currency = "USD",
                measure = "COST_PER_MILLION_TOKENS",
                driftThresholds = new[] { 25 },
                webhook = new { url = host.Receiver.Url("drifting") },
            },
        });

        await ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services).RunAsync(TestContext.Current.CancellationToken);

        Assert.EndsWith("_d25", (await host.Receiver.NextAsync("drifting")).Id, StringComparison.Ordinal);
        var data = await host.DataAsync("""{ budgets(ids: ["drifting"]) { drift { before now percent } } alerts(budgets: ["drifting"]) { kind cause crossing { id } } }""");
        Assert.Equal(
            [10_000m, 20_000m, 100m],
            data.GetProperty("budgets")[0].GetProperty("drift").EnumerateObject().Select(p => decimal.Parse(p.Value.GetString()!, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal("DRIFT", data.GetProperty("alerts")[0].GetProperty("kind").GetString());
        Assert.StartsWith("cost per token +100 %", data.GetProperty("alerts")[0].GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cost_and_free_units_cross_by_the_record_that_reports_would_charge()
    {
        var noon = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero).AddDays(-2).AddHours(12);
        await host.DataAsync(
            """
            mutation ($from: DateTime!, $model: String!) {
              setFleetCost(input: { fleet: "lab", from: $from, costPerHour: 12, currency: "USD" }) { fleet }
              setRateCard(input: {
                model: $model, from: "2026-01-01T00:00:00Z", currency: "USD", tenant: "lab", rates: [{ unitClass: "output", perUnit: 1 }],
                freeUnitsPerMonth: [{ unitClass: "output", units: 150 }] }) { version }
            }
            """, new { from = noon, model = AlertingHost.Model }, "finance");
        await PostAsync("lab", "second", "lab", "x", input: 0, output: 200, at: noon.AddMinutes(5));
        await PostAsync("lab", "first", "lab", "x", input: 0, output: 100, at: noon.AddMinutes(1));
        var period = new { start = noon.AddHours(-1), end = noon.AddHours(3) };
        await host.DataAsync(Create, new { input = new { id = "lab-cost", tenant = "lab", amount = "12", currency = "USD", measure = "COST", period, thresholds = new[] { 30, 100 } } });
        await host.DataAsync(Create, new { input = new { id = "lab-charge", tenant = "lab", amount = "1000", currency = "USD", period, thresholdAmounts = new[] { "100", "150" } } });

        var budgets = (await host.DataAsync("""{ budgets(tenants: ["lab"]) { spend crossingsByEventTime { id cumulative } } }""")).GetProperty("budgets");

        // 12 USD by work, 1 to 2; of 300 units, the first 150 are free.
        Assert.Equal(
            """[{"spend":"150","crossingsByEventTime":[{"id":"second","cumulative":"150"},{"id":"second","cumulative":"150"}]},{"spend":"12","crossingsByEventTime":[{"id":"first","cumulative":"4"},{"id":"second","cumulative":"12"}]}]""",
            Text(budgets));
    }

    [Fact]
    public async Task A_quarter_hour_too_busy_to_be_held_gives_the_same_records_by_way_of_its_seconds()
    {
        var noon = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero).AddDays(-3).AddHours(12);
        for (var i = 0; i < 12; i++) await PostAsync("busy", $"r{i:00}", "f1", "x", input: 0, output: 10, at: noon.AddSeconds(i / 3 * 7).AddMilliseconds(i % 3));
        await host.DataAsync(
            "mutation ($i: VoidRecordInput!) { voidRecord(input: $i) { changed } }",
            new { i = new { tenant = "busy", source = "s", id = "r04", reason = "counted by mistake" } }, "finance");
        var window = new Domain.Values.Window(noon.AddHours(-1), noon.AddHours(1));
        var terms = new Domain.Budgets.BudgetTerms(
            new("busy"), Domain.Budgets.BudgetMeasure.Charge, new(100m, new("USD")), new Domain.Budgets.BudgetPeriod.Custom(window, "UTC"),
            Domain.Budgets.Thresholds.Usual, null, false);
        decimal[] limits = [5m, 40m, 41m, 80m, 110m, 111m];
        var services = host.Services;
        var narrowing = new BudgetCrossings(
            services.GetRequiredService<Npgsql.NpgsqlDataSource>(), services.GetRequiredService<Marten.IDocumentStore>(),
            services.GetRequiredService<Platform.Pricing.LiveBooks>(), TimeProvider.System)
        {
            RecordsAtOnce = 1,
        };

        var held = await services.GetRequiredService<BudgetCrossings>().OfAsync(terms, window, limits, TestContext.Current.CancellationToken);

        Assert.Equal(["r00 10", "r03 40", "r05 50", "r08 80", "r11 110", null], held.Select(c => c is null ? null : FormattableString.Invariant($"{c.Id} {c.Cumulative}")));
        Assert.Equal(held, await narrowing.OfAsync(terms, window, limits, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_rolling_budget_sums_the_last_days_and_alerts_for_the_day_that_is()
    {
        await host.DataAsync(Create, new
        {
            input = new { id = "rolling", tenant = "rolling", amount = "100", currency = "USD", period = new { kind = "ROLLING", days = 3 } },
        });
        await host.SpendAsync("rolling", 30, at: DateTimeOffset.UtcNow.AddDays(-4));
        await host.SpendAsync("rolling", 40, at: DateTimeOffset.UtcNow.AddDays(-1));
        await host.SpendAsync("rolling", 45);

        await host.EventuallyAsync(rows => rows is ["50", "80"], "select threshold from finops.alert where tenant = 'rolling' order by 1");
        var budget = (await host.DataAsync("""{ budgets(ids: ["rolling"]) { spend limit period { start end } } }""")).GetProperty("budgets")[0];
        Assert.Equal(("85", "100"), (budget.GetProperty("spend").GetString(), budget.GetProperty("limit").GetString()));
        Assert.Equal(
            TimeSpan.FromDays(3), budget.GetProperty("period").GetProperty("end").GetDateTimeOffset() - budget.GetProperty("period").GetProperty("start").GetDateTimeOffset());
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
            """[{"field":"kind","before":"Soft","after":"Hard"},{"field":"whenAway","before":null,"after":"Closed"},{"field":"amountChanges","before":null,"after":"150 from 2030-01-01T00:00:00Z"}]""",
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

    private async Task PostAsync(string tenant, string id, string fleet, string feature, long input, long output, int minutesBack = 0, DateTimeOffset? at = null)
    {
        var batch = new
        {
            schemaVersion = 1,
            batchId = "b",
            source = "s",
            backfill = at is null ? null : "past",
            records = new[]
            {
                new
                {
                    tenant, id, fleet, model = AlertingHost.Model, occurredAt = at ?? DateTimeOffset.UtcNow.AddMinutes(-minutesBack),
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
