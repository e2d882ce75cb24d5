using FinOps.Domain.Budgets;
using FinOps.Platform.Tests.Budgets;

namespace FinOps.Platform.Tests.Reservations;

/// <summary>The kind of a budget makes and ends its gate.</summary>
public sealed class HardBudgetTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    [Fact]
    public async Task A_budget_is_a_hard_one_while_its_kind_says_so_and_what_is_held_outlives_the_time_between()
    {
        var gateway = await Gateway.WithBudgetAsync(host, "switch");
        Assert.Equal("granted", (await gateway.ReserveAsync("before", "60")).Verdict);

        Assert.Equal("SOFT ", await ChangeAsync("switch", "kind: SOFT"));
        Assert.Equal("404 budget_not_hard", (await gateway.ReserveAsync("meanwhile", "1")).Refusal);
        Assert.Equal("404 budget_not_hard", (await gateway.CommitAsync("before", "50")).Refusal);
        Assert.Equal("granted", (await gateway.ReserveOfAsync("switch", new { key = "any", amount = "1000" })).Verdict);

        Assert.Equal("HARD CLOSED", await ChangeAsync("switch", "kind: HARD"));
        Assert.Equal("refused", (await gateway.ReserveAsync("after", "50")).Verdict);
        Assert.Equal("50", (await gateway.CommitAsync("before", "50", record: "r")).Left);
        Assert.Equal("0", (await gateway.ReserveAsync("after", "50")).Left);
    }

    [Fact]
    public async Task A_closed_budget_limits_nothing_and_holds_nothing()
    {
        var gateway = await Gateway.WithBudgetAsync(host, "done");
        await gateway.ReserveAsync("held", "100");
        await host.DataAsync("""mutation { closeBudget(id: "done-budget") { closed } }""");
        Assert.Equal("404 budget_not_hard", (await gateway.ReserveAsync("more", "1")).Refusal);
        Assert.Equal("404 budget_not_hard", (await gateway.ReleaseAsync("held")).Refusal);
        Assert.Equal(["False"], await host.RowsAsync("select is_hard from finops.gate where budget_id = 'done-budget'"));
    }

    [Fact]
    public async Task What_gateways_do_without_an_answer_is_kept_until_it_is_changed_and_the_audit_tells_it()
    {
        await Gateway.WithBudgetAsync(host, "kept", b => b.WhenAway = WhenAway.Open);
        Assert.Equal("HARD OPEN", await ChangeAsync("kept", "amount: 200"));
        Assert.Equal("open", (await new Gateway(host, "kept-budget").ReserveAsync("a", "1")).WhenAway);
        Assert.Equal("HARD CLOSED", await ChangeAsync("kept", "whenAway: CLOSED"));
        Assert.Equal("closed", (await new Gateway(host, "kept-budget").ReserveAsync("b", "1")).WhenAway);
        await ChangeAsync("kept", "kind: ADVISORY");

        var audit = (await host.DataAsync("""{ budgets(ids: ["kept-budget"]) { audit { changes { field before after } } } }""")).GetProperty("budgets")[0].GetProperty("audit");
        var said = audit.EnumerateArray().SelectMany(act => act.GetProperty("changes").EnumerateArray())
            .Where(c => c.GetProperty("field").GetString() is "kind" or "whenAway")
            .Select(c => $"{c.GetProperty("field")} {c.GetProperty("before")}>{c.GetProperty("after")}");
        Assert.Equal(["kind >Hard", "whenAway >Open", "whenAway Open>Closed", "kind Hard>Advisory", "whenAway Closed>"], said);
    }

    [Theory]
    [InlineData("measure: COST, currency: \"USD\", kind: HARD", "kind_unsupported kind")]
    [InlineData("measure: COST_PER_MILLION_TOKENS, currency: \"USD\", kind: HARD", "kind_unsupported kind")]
    [InlineData("currency: \"USD\", kind: SOFT, whenAway: OPEN", "when_away_unwanted whenAway")]
    [InlineData("currency: \"USD\", whenAway: CLOSED", "when_away_unwanted whenAway")]
    public async Task What_cannot_refuse_is_no_hard_budget_and_what_only_a_hard_one_says_is_not_said_by_others(string said, string flaw)
    {
        var answer = await host.GraphAsync($$"""mutation { createBudget(input: { id: "never", tenant: "never", amount: 1, {{said}} }) { id } }""");
        Assert.Equal(flaw, string.Join(", ", answer.Errors.Select(e => $"{e.Code} {e.Field}")));
        Assert.Empty(await host.RowsAsync("select id from finops.budget where id = 'never'"));
    }

    [Fact]
    public async Task A_gate_that_was_made_beside_its_budgets_kind_becomes_its_kind_and_a_kind_that_was_only_a_word_gets_its_gate()
    {
        // As they were stored before.
        await host.CreateAsync("beside");
        await host.RowsAsync("insert into finops.gate (budget_id, tenant, currency, when_away, is_hard, version) values ('beside-budget', 'beside', 'USD', 'OPEN', true, 7)");
        await Gateway.WithBudgetAsync(host, "word", b => (b.Scope, b.Measure, b.Currency) = (new() { Fleets = ["f1"], Tags = [new() { Key = "team", Value = "a" }, new() { Key = "team", Value = "b" }] }, BudgetMeasure.Tokens, null));
        await host.RowsAsync("delete from finops.gate where budget_id = 'word-budget'");
        await host.CreateAsync("neither");

        await using (var script = host.Database.CreateCommand(Script())) await script.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            ["beside-budget charge OPEN  ", "word-budget tokens CLOSED f1 team,a,team,b"],
            await host.RowsAsync(
                """
                select budget_id, measure, when_away, array_to_string(fleets, ','), array_to_string(tags, ',') from finops.gate
                where is_hard and tenant in ('beside', 'word', 'neither') order by 1
                """));
        Assert.Equal("HARD OPEN", await ChangeAsync("beside", "amount: 50"));
        Assert.Equal("granted", (await new Gateway(host, "beside-budget").ReserveAsync("a", "50")).Verdict);
        Assert.Equal("granted", (await new Gateway(host, "word-budget").ReserveAsync(new { key = "a", quantities = new { output = 5 } })).Verdict);
    }

    private static string Script()
    {
        var assembly = typeof(Platform.Storage.SchemaScripts).Assembly;
        using var text = assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single(n => n.Contains("063_", StringComparison.Ordinal)))!;
        return new StreamReader(text).ReadToEnd();
    }

    /// <returns>Its kind and what it does when away.</returns>
    private async Task<string> ChangeAsync(string tenant, string change)
    {
        var changed = (await host.DataAsync($$"""mutation { changeBudget(input: { id: "{{tenant}}-budget", {{change}} }) { kind whenAway } }""")).GetProperty("changeBudget");
        return $"{changed.GetProperty("kind")} {changed.GetProperty("whenAway")}";
    }
}
