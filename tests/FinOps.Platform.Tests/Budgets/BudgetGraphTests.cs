using System.Text.Json;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>Budgets and alerts as a tenant and as finance see them.</summary>
public sealed class BudgetGraphTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    private const string Create = "mutation ($input: CreateBudgetInput!) { createBudget(input: $input) { id amount thresholds webhookSecret closed } }";

    [Fact]
    public async Task A_tenant_creates_reads_changes_and_closes_its_own_budget()
    {
        var created = await host.DataAsync(
            Create, new { input = new { id = "own", amount = "100", currency = "USD", webhook = new { url = host.Receiver.Url("own") } } }, "acme");
        await host.SpendAsync("acme", 55);
        await host.Receiver.NextAsync("own");
        var changed = await host.DataAsync("""mutation { changeBudget(input: { id: "own", amount: 60 }) { amount webhookSecret } }""", role: "acme");
        await host.Receiver.NextAsync("own");
        var read = await host.DataAsync(
            """
            { budgets(ids: ["own"]) { id tenant measure amount currency period { start end timeZone } thresholds spend unpricedTokens webhookSecret }
              alerts(budgets: ["own"]) { budgetId tenant thresholdPercent spendAtCrossing deliveries { channel attempt error } } }
            """, role: "acme");
        var closed = await host.DataAsync("""mutation { closeBudget(id: "own") { closed } }""", role: "acme");
        var left = await host.DataAsync("{ budgets { id } }", role: "acme");

        Assert.StartsWith("whsec_", created.GetProperty("createBudget").GetProperty("webhookSecret").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"amount":"60","webhookSecret":null}""", Text(changed.GetProperty("changeBudget")));
        var budget = read.GetProperty("budgets")[0];
        Assert.Equal("""["50","80","100"]""", Text(budget.GetProperty("thresholds")));
        Assert.Equal(("CHARGE", "60", "55", "UTC"), (
            budget.GetProperty("measure").GetString(), budget.GetProperty("amount").GetString(), budget.GetProperty("spend").GetString(),
            budget.GetProperty("period").GetProperty("timeZone").GetString()));
        Assert.Equal(JsonValueKind.Null, budget.GetProperty("webhookSecret").ValueKind);
        Assert.Equal(["50", "80"], read.GetProperty("alerts").EnumerateArray().Select(a => a.GetProperty("thresholdPercent").GetString()));
        Assert.True(closed.GetProperty("closeBudget").GetProperty("closed").GetBoolean());
        Assert.DoesNotContain("own", left.GetProperty("budgets").EnumerateArray().Select(b => b.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Another_tenants_budget_is_neither_seen_nor_touched_nor_told_of()
    {
        await host.DataAsync(Create, new { input = new { id = "theirs", tenant = "globex", amount = "1", currency = "USD" } }, "globex");
        await host.SpendAsync("globex", 5);
        await host.EventuallyAsync(r => r.Count == 3, "select id from finops.alert where tenant = 'globex'");

        var seen = await host.DataAsync("""{ budgets(tenants: ["globex"]) { id } alerts(tenants: ["globex"], budgets: ["theirs"]) { id } }""", role: "acme");
        var change = await host.GraphAsync("""mutation { changeBudget(input: { id: "theirs", amount: 9 }) { id } }""", role: "acme");
        var unknown = await host.GraphAsync("""mutation { changeBudget(input: { id: "nobodys", amount: 9 }) { id } }""", role: "acme");
        var create = await host.GraphAsync(Create, new { input = new { tenant = "globex", amount = "1", currency = "USD" } }, "acme");

        Assert.Equal("""{"budgets":[],"alerts":[]}""", Text(seen));
        Assert.Equal(unknown.Errors, change.Errors);
        Assert.Equal("tenant_not_allowed", Assert.Single(create.Errors).Code);
        Assert.Equal(3, (await host.DataAsync("""{ alerts(budgets: ["theirs"]) { id } }""", role: "finance")).GetProperty("alerts").GetArrayLength());
    }

    [Fact]
    public async Task A_bad_budget_is_answered_with_every_flaw_and_nothing_is_stored()
    {
        var input = new
        {
            id = "bad",
            tenant = "acme",
            amount = "0",
            currency = "XXX",
            thresholds = new[] { 80, 50 },
            period = new { timeZone = "Mars/Olympus" },
            webhook = new { url = "http://169.254.169.254/latest/meta-data/", secret = "short" },
        };

        var answer = await host.GraphAsync(Create, new { input });

        Assert.Equal(
            ["amount", "currency", "period.timeZone", "thresholds", "webhook.secret", "webhook.url"],
            answer.Errors.Select(e => e.Field).Order(StringComparer.Ordinal));
        Assert.Contains("tenant", (await host.GraphAsync(Create, new { input = new { amount = "1", currency = "USD" } })).Errors.Select(e => e.Field));
        Assert.Empty(await host.RowsAsync("select id from finops.budget where id = 'bad'"));
    }

    [Fact]
    public async Task The_same_input_again_changes_nothing_and_other_terms_change_it()
    {
        var input = new { id = "again", tenant = "acme", amount = "100", currency = "USD" };
        await host.DataAsync(Create, new { input });
        await host.DataAsync(Create, new { input });
        Assert.Equal(["1"], await host.RowsAsync("select version from finops.budget where id = 'again'"));

        await host.DataAsync(Create, new { input = input with { amount = "200" } });

        Assert.Equal(["2"], await host.RowsAsync("select version from finops.budget where id = 'again'"));
    }

    private static string Text(JsonElement element) => JsonSerializer.Serialize(element);
}
