using System.Net.Http.Json;
using FinOps.Domain.Budgets;
using FinOps.Platform.Budgets;
using FinOps.Platform.Tests.Budgets;

namespace FinOps.Platform.Tests.Reservations;

/// <summary>Hard budgets of every scope and measure over HTTP, on real books.</summary>
public sealed class ScopedReservationTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    [Theory]
    [InlineData(BudgetMeasure.Tokens, 12, "tokens XXX 7")]
    [InlineData(BudgetMeasure.InputTokens, 2, "input_tokens XXX 1")]
    [InlineData(BudgetMeasure.OutputTokens, 10, "output_tokens XXX 6")]
    [InlineData(BudgetMeasure.Requests, 1, "requests XXX 1")]
    [InlineData(BudgetMeasure.Charge, 10, "charge USD 6")]
    public async Task A_call_counts_once_in_what_its_budget_measures_from_its_reservation_to_its_record(BudgetMeasure measure, decimal held, string committed)
    {
        var tenant = $"measure-{measure}".ToLowerInvariant();
        var gateway = await Gateway.WithBudgetAsync(host, tenant, b => (b.Measure, b.Currency, b.Scope) = (measure, measure == BudgetMeasure.Charge ? "USD" : null, new() { Models = [AlertingHost.Model], Fleets = ["f1"] }));
        // Of another fleet: it does not count.
        await UseAsync(tenant, "elsewhere", "f2", 1, 50);

        var granted = await gateway.ReserveAsync(new { key = "k", model = AlertingHost.Model, fleet = "f1", quantities = new { uncachedInput = 2, output = 10 }, amount = measure == BudgetMeasure.Charge ? "10" : null, record = new { source = "s", id = "r" } });
        Assert.Equal($"{tenant}-budget granted {held} {string.Join(' ', committed.Split(' ')[..2])} {100 - held}", granted.Said);
        var done = await gateway.PostAsync("/v1/reservations/k/commit", new { budget = $"{tenant}-budget", quantities = new { uncachedInput = 1, output = 6 }, actual = measure == BudgetMeasure.Charge ? "6" : null });
        var cost = decimal.Parse(committed.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal($"{100 - cost}", done.Left);
        await UseAsync(tenant, "r", "f1", 1, 6);

        // Neither twice nor forgotten: to the last one.
        var size = new { key = "last", amount = $"{100 - cost}", quantities = measure == BudgetMeasure.InputTokens ? new { uncachedInput = (int)(100 - cost), output = 0 } : new { uncachedInput = 0, output = (int)(100 - cost) } };
        if (measure == BudgetMeasure.Requests) await FillAsync(gateway, 99);
        else Assert.Equal("0", (await gateway.ReserveAsync(size)).Left);
        Assert.Equal("refused", (await gateway.ReserveAsync(new { key = "one-more", amount = "1", quantities = new { uncachedInput = 1, output = 1 } })).Verdict);
    }

    [Fact]
    public async Task A_call_concerns_the_budgets_whose_scope_it_matches_and_no_others()
    {
        await ScopedAsync("wide", "all", _ => { });
        await ScopedAsync("wide", "model", s => s.Models = ["m1", "m2"]);
        await ScopedAsync("wide", "fleet", s => s.Fleets = ["f1"]);
        await ScopedAsync("wide", "tag", s => s.Tags = [new() { Key = "team", Value = "blue" }, new() { Key = "team", Value = "green" }]);
        await ScopedAsync("wide", "both", s => (s.Models, s.Tags) = (["m1"], [new() { Key = "feature", Value = "chat" }]));
        Assert.Equal("all fleet model", await AskedAsync(new { model = "m1", fleet = "f1", tags = new { } }));
        Assert.Equal("all both model tag", await AskedAsync(new { model = "m1", fleet = "", tags = new { team = "green", feature = "chat", other = "x" } }));
        Assert.Equal("all", await AskedAsync(new { model = "m9", fleet = "f9", tags = new { team = "red" } }));

        var silent = await new Gateway(host, "").ReserveOfAsync("wide", new { key = "silent", amount = "1" });
        Assert.Equal("model_missing model, tags_missing tags, fleet_missing fleet", silent.Flaws);
        // What is known to be outside needs no further word.
        var partly = await new Gateway(host, "").ReserveOfAsync("wide", new { key = "partly", amount = "1", model = "m9", fleet = "f9" });
        Assert.Equal("tags_missing tags", partly.Flaws);
        Assert.Empty(await host.RowsAsync("select key from finops.reservation where key in ('silent', 'partly')"));

        async Task<string> AskedAsync(object scope)
        {
            var key = Guid.NewGuid().ToString("n");
            var body = scope.GetType().GetProperties().ToDictionary(p => p.Name, p => p.GetValue(scope));
            (body["tenant"], body["key"], body["amount"]) = ("wide", key, "1");
            var heard = await new Gateway(host, "").PostAsync("/v1/reservations", body);
            Assert.Equal("granted", heard.Verdict);
            return string.Join(' ', heard.Body.GetProperty("budgets").EnumerateArray().Select(b => b.GetProperty("budget").GetString()!["wide-".Length..]));
        }
    }

    [Fact]
    public async Task A_named_budget_trusts_what_is_not_said_and_contradicts_what_is()
    {
        await ScopedAsync("named", "x", s => (s.Models, s.Fleets, s.Tags) = (["m1"], ["f1"], [new() { Key = "team", Value = "blue" }]));
        var gateway = new Gateway(host, "named-x");
        Assert.Equal("granted", (await gateway.ReserveAsync(new { key = "a", amount = "1" })).Verdict);
        Assert.Equal("granted", (await gateway.ReserveAsync(new { key = "b", amount = "1", fleet = "f1", tags = new { team = "blue" } })).Verdict);
        Assert.Equal("out_of_scope model", (await gateway.ReserveAsync(new { key = "c", amount = "1", model = "m2" })).Flaws);
        Assert.Equal("out_of_scope fleet", (await gateway.ReserveAsync(new { key = "c", amount = "1", fleet = "" })).Flaws);
        Assert.Equal("out_of_scope tags", (await gateway.ReserveAsync(new { key = "c", amount = "1", tags = new { } })).Flaws);
    }

    [Fact]
    public async Task What_a_budget_needs_of_a_call_and_did_not_hear_is_named()
    {
        await ScopedAsync("needs", "money", _ => { });
        await ScopedAsync("needs", "tokens", _ => { }, BudgetMeasure.Tokens);
        var gateway = new Gateway(host, "needs-money");
        Assert.Equal("amount_missing amount, quantities_missing quantities", (await gateway.ReserveOfAsync("needs", new { key = "k" })).Flaws);
        Assert.Equal("quantities_missing quantities", (await gateway.ReserveOfAsync("needs", new { key = "k", amount = "1" })).Flaws);
        Assert.Equal("model_missing model", (await gateway.ReserveOfAsync("needs", new { key = "k", quantities = new { output = 1 } })).Flaws);
        Assert.Equal("quantities_missing quantities", (await new Gateway(host, "needs-tokens").ReserveAsync("k", "1")).Flaws);
        Assert.Equal(
            "model_invalid model, fleet_invalid fleet, tag_invalid tags, tag_invalid tags.b, unit_class_unknown quantities.words, quantity_negative quantities.output, quantity_absurd quantities.uncachedInput",
            (await gateway.ReserveOfAsync("needs", new
            {
                key = "k",
                amount = "1",
                model = " m",
                fleet = "f ",
                tags = new Dictionary<string, string> { [""] = "x", ["b"] = " x" },
                quantities = new { words = 1, output = -1, uncachedInput = 2_000_000_000_000 },
            })).Flaws);
        Assert.Empty(await host.RowsAsync("select key from finops.reservation where budget_id like 'needs-%'"));
    }

    [Fact]
    public async Task Of_budgets_on_money_tokens_and_calls_one_refuses_and_all_is_given_back()
    {
        await ScopedAsync("mixed", "money", _ => { });
        await ScopedAsync("mixed", "tokens", s => s.Models = ["m1"], BudgetMeasure.Tokens, amount: 20);
        await ScopedAsync("mixed", "calls", _ => { }, BudgetMeasure.Requests, amount: 2);
        await ScopedAsync("mixed", "other", s => s.Models = ["m2"], BudgetMeasure.Tokens);
        var gateway = new Gateway(host, "");
        object Ask(string key, int output) => new { key, model = "m1", amount = "3", quantities = new { output } };

        Assert.Equal(
            "mixed-calls granted 1 requests XXX 1; mixed-money granted 3 charge USD 97; mixed-tokens granted 15 tokens XXX 5",
            (await gateway.ReserveOfAsync("mixed", Ask("one", 15))).Said);
        var refused = await gateway.ReserveOfAsync("mixed", Ask("two", 6));
        Assert.Equal(("refused", "granted granted refused"), (refused.Verdict, string.Join(' ', refused.Body.GetProperty("budgets").EnumerateArray().Select(b => b.GetProperty("verdict").GetString()))));
        Assert.Equal(
            ["mixed-calls RETURNED", "mixed-money RETURNED"],
            await host.RowsAsync("select budget_id, stage from finops.reservation where key = 'two' and budget_id like 'mixed-%' order by 1"));

        // Who commits says what the budgets need that held it, and nothing else happens until then.
        var commit = await gateway.CommitOfAsync("mixed", "one", new { actual = "2" });
        Assert.Equal("quantities_missing quantities", commit.Flaws);
        Assert.Equal(["HELD", "HELD", "HELD"], await host.RowsAsync("select stage from finops.reservation where key = 'one' and budget_id like 'mixed-%'"));
        Assert.Equal(
            "mixed-calls committed 0 requests XXX 2; mixed-money committed 0 charge USD 100; mixed-tokens committed 0 tokens XXX 20",
            (await gateway.CommitOfAsync("mixed", "one", new { actual = "2", quantities = new { output = 10 } })).Said);
        Assert.Equal("reservation_unknown key", (await gateway.CommitOfAsync("mixed", "never", new { model = "m2" })).Flaws.Split(", ")[0]);
        // A call that only budgets held which need no tokens.
        await gateway.ReserveOfAsync("mixed", new { key = "three", model = "m3", amount = "3" });
        Assert.Equal("committed", (await gateway.CommitOfAsync("mixed", "three", new { actual = "2" })).Verdict);
        await gateway.ReserveOfAsync("mixed", Ask("four", 5));
        using var released = await host.Client("fleet").DeleteAsync("/v1/reservations/four?tenant=mixed&model=m1", TestContext.Current.CancellationToken);
        Assert.Equal(
            "mixed-calls released 0 requests XXX 2; mixed-money released 0 charge USD 100; mixed-tokens released 0 tokens XXX 20",
            (await Heard.OfAsync(released)).Said);
    }

    private Task<Gateway> ScopedAsync(string tenant, string name, Action<BudgetScopeInput> scope, BudgetMeasure measure = BudgetMeasure.Charge, decimal amount = 100) =>
        Gateway.WithBudgetAsync(host, tenant, b =>
        {
            (b.Id, b.Measure, b.Amount, b.Currency, b.Scope) = ($"{tenant}-{name}", measure, amount, measure.IsMoney() ? "USD" : null, new());
            scope(b.Scope);
        });

    private static async Task FillAsync(Gateway gateway, int calls)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, calls).Select(n => gateway.ReserveAsync(new { key = $"fill-{n}" })));
        Assert.All(answers, a => Assert.Equal("granted", a.Verdict));
    }

    private async Task UseAsync(string tenant, string id, string fleet, int input, int output)
    {
        using var answer = await host.Client("fleet").PostAsJsonAsync("/v1/usage", new[]
        {
            new { tenant, id, source = "s", model = AlertingHost.Model, fleet, occurredAt = DateTimeOffset.UtcNow, quantities = new { uncachedInput = input, output } },
        });
        answer.EnsureSuccessStatusCode();
    }
}
