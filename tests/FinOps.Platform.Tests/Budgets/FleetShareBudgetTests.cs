using System.Text.Json;
using FinOps.Platform.Budgets;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>Budgets on how idle whole fleets were, over records and costs that came through the door.</summary>
public sealed class FleetShareBudgetTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    private const string Create = "mutation ($input: CreateBudgetInput!) { createBudget(input: $input) { id spend currency fleetShare { fleets hoursKnown hoursNeeded idlePercent } } }";

    private static readonly DateTimeOffset Yesterday = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero).AddDays(-2);

    [Fact]
    public async Task An_idle_fleet_alerts_by_the_figures_of_unit_cost_and_recovers_when_late_usage_fills_it()
    {
        await CostsAsync("half-idle");
        await WorksAsync("idler", "half-idle", hours: Enumerable.Range(0, 12));
        await CostsAsync("of-others");
        await WorksAsync("others", "of-others", hours: [0]);

        var idle = await CreateAsync("idler", "IDLE_SHARE", "40", fleets: ["half-idle", "of-others"]);
        var busy = await CreateAsync("idler", "UTILISATION", "60");

        Assert.Equal(
            """{"id":"idler-IDLE_SHARE","spend":"50","currency":"XXX","fleetShare":{"fleets":["half-idle"],"hoursKnown":24,"hoursNeeded":6,"idlePercent":"50"}}""",
            idle.GetRawText());
        Assert.Equal(("50", "half-idle"), (busy.GetProperty("spend").GetString(), busy.GetProperty("fleetShare").GetProperty("fleets")[0].GetString()));
        Assert.Equal(["_100", "_100"], [Tail(await NextAsync("IDLE_SHARE")), Tail(await NextAsync("UTILISATION"))]);
        var alert = (await host.DataAsync("""{ alerts(budgets: ["idler-IDLE_SHARE"]) { kind cause spendAtCrossing amount crossing { id } } }""")).GetProperty("alerts")[0];
        Assert.Equal(
            """{"kind":"THRESHOLD","cause":"Fleet half-idle was idle 50 % of what it cost in 24 settled hours.","spendAtCrossing":"50","amount":"40","crossing":null}""",
            alert.GetRawText());

        await WorksAsync("idler", "half-idle", hours: Enumerable.Range(12, 6));
        await ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services).RunAsync(TestContext.Current.CancellationToken);

        Assert.EndsWith("_retracted", await NextAsync("IDLE_SHARE"), StringComparison.Ordinal);
        Assert.EndsWith("_retracted", await NextAsync("UTILISATION"), StringComparison.Ordinal);
        Assert.Equal(["RECOVERED", "RECOVERED", "THRESHOLD", "THRESHOLD"], await host.RowsAsync("select kind from finops.alert where tenant = 'idler' order by 1"));
        var asked = await host.DataAsync(
            "query ($from: DateTime!, $to: DateTime!) { unitCost(where: { from: $from, to: $to, fleets: [\"half-idle\"] }, groupBy: [FLEET], basis: USAGE) { rows { kind actualCost } total { actualCost } } }",
            new { from = Yesterday, to = Yesterday.AddDays(1) }, "finance");
        Assert.Equal(("60.000", "240.000"), (
            asked.GetProperty("unitCost").GetProperty("rows").EnumerateArray().Single(r => r.GetProperty("kind").GetString() == "IDLE").GetProperty("actualCost").GetString(),
            asked.GetProperty("unitCost").GetProperty("total").GetProperty("actualCost").GetString()));
    }

    [Fact]
    public async Task A_day_whose_hours_have_not_settled_alerts_nobody_and_has_no_figure()
    {
        await CostsAsync("early", Yesterday);
        var start = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero).AddHours(DateTimeOffset.UtcNow.Hour);
        await host.SpendAsync("early", 1);

        var budget = (await host.DataAsync(Create, new
        {
            input = new { id = "early", tenant = "early", measure = "UTILISATION", amount = "99", period = new { start, end = start.AddHours(4) } },
        })).GetProperty("createBudget");
        await ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(JsonValueKind.Null, budget.GetProperty("spend").ValueKind);
        Assert.Empty(await host.RowsAsync("select id from finops.alert where tenant = 'early'"));
    }

    [Fact]
    public async Task How_idle_fleets_are_shows_only_where_the_contract_shows_cost()
    {
        var refused = await host.GraphAsync(Create, new { input = new { id = "peek-idle", amount = "1", measure = "IDLE_SHARE" } }, "acme");
        await CostsAsync("acme-fleet");
        await WorksAsync("acme", "acme-fleet", hours: [0]);
        await CreateAsync("acme", "IDLE_SHARE", "10");

        Assert.Equal("measure_not_allowed", Assert.Single(refused.Errors).Code);
        Assert.Equal(1, (await host.DataAsync("""{ alerts(budgets: ["acme-IDLE_SHARE"]) { id } }""")).GetProperty("alerts").GetArrayLength());
        var seen = await host.DataAsync("""{ budgets(ids: ["acme-IDLE_SHARE"]) { id } alerts(budgets: ["acme-IDLE_SHARE"]) { id } }""", role: "acme");
        Assert.Equal("""{"budgets":[],"alerts":[]}""", seen.GetRawText());
    }

    private static string Tail(string id) => id[^4..];

    private async Task<string> NextAsync(string measure) => (await host.Receiver.NextAsync($"idler-{measure}")).Id;

    private async Task<JsonElement> CreateAsync(string tenant, string measure, string amount, string[]? fleets = null) => (await host.DataAsync(Create, new
    {
        input = new
        {
            id = $"{tenant}-{measure}",
            tenant,
            measure,
            amount,
            scope = fleets is null ? null : new { fleets },
            period = new { start = Yesterday, end = Yesterday.AddDays(1) },
            thresholds = new[] { 100 },
            deliverBackfilled = true,
            webhook = new { url = host.Receiver.Url($"{tenant}-{measure}") },
        },
    })).GetProperty("createBudget");

    private Task<JsonElement> CostsAsync(string fleet, DateTimeOffset? from = null) => host.DataAsync(
        "mutation ($fleet: String!, $from: DateTime!) { setFleetCost(input: { fleet: $fleet, from: $from, costPerHour: 10, currency: \"USD\" }) { fleet } }",
        new { fleet, from = from ?? Yesterday }, "finance");

    private async Task WorksAsync(string tenant, string fleet, IEnumerable<int> hours)
    {
        var records = hours.Select(hour => new
        {
            tenant,
            id = $"{fleet}-{hour}",
            fleet,
            model = AlertingHost.Model,
            occurredAt = Yesterday.AddHours(hour),
            quantities = new { output = 10 },
        }).ToArray();
        var batch = new { schemaVersion = 1, batchId = "b", source = "s", backfill = "past", records };
        using var content = new StringContent(JsonSerializer.Serialize(batch), System.Text.Encoding.UTF8, "application/json");
        using var answer = await host.Client("fleet").PostAsync("/v1/usage", content);
        Assert.DoesNotContain("quarantined", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
