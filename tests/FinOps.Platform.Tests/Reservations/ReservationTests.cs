using FinOps.Platform.Budgets;
using FinOps.Platform.Hosting;
using FinOps.Platform.Tests.Budgets;

namespace FinOps.Platform.Tests.Reservations;

/// <summary>Hard budgets over HTTP, on real books.</summary>
public sealed class ReservationTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    [Fact]
    public async Task A_call_counts_once_from_its_reservation_through_its_commit_to_its_record()
    {
        var gateway = await Gateway.WithBudgetAsync(host, "steady");

        var granted = await gateway.ReserveAsync("call-1", "60", record: "r1");
        Assert.Equal(("granted", "40", "closed"), (granted.Verdict, granted.Left, granted.WhenAway));
        Assert.Equal("granted", (await gateway.ReserveAsync("call-1", "60", record: "r1")).Verdict);
        Assert.Equal("refused", (await gateway.ReserveAsync("call-2", "50")).Verdict);
        Assert.Equal("70", (await gateway.CommitAsync("call-1", "30")).Left);
        await host.SpendAsync("steady", 30, id: "r1");

        // To the last cent: neither the record nor the commit counts twice, and neither is forgotten.
        Assert.Equal("refused", (await gateway.ReserveAsync("call-3", "70.000001")).Verdict);
        Assert.Equal("granted", (await gateway.ReserveAsync("call-3", "70")).Verdict);
        Assert.Equal("70", (await gateway.ReleaseAsync("call-3")).Left);
    }

    [Fact]
    public async Task Usage_that_nobody_reserved_is_seen_before_anyone_is_refused()
    {
        var gateway = await Gateway.WithBudgetAsync(host, "unreserved");
        Assert.Equal("granted", (await gateway.ReserveAsync("a", "10")).Verdict);
        await host.SpendAsync("unreserved", 85);
        var refused = await gateway.ReserveAsync("b", "95");
        Assert.Equal(("refused", "5"), (refused.Verdict, refused.Left));
        // A higher limit counts from the next question on.
        await host.DataAsync("mutation($input: ChangeBudgetInput!) { changeBudget(input: $input) { id } }", new { input = new { id = "unreserved-budget", amount = 200m } });
        Assert.Equal("granted", (await gateway.ReserveAsync("b", "95")).Verdict);
    }

    [Fact]
    public async Task Tokens_are_estimated_by_the_tenants_rates_and_what_has_no_price_is_not_zero()
    {
        var gateway = await Gateway.WithBudgetAsync(host, "tokens");
        var granted = await gateway.PostAsync("/v1/reservations", new { tenant = "tokens", key = "t", model = AlertingHost.Model, quantities = new { output = 40 } });
        Assert.Equal(("granted", "60"), (granted.Verdict, granted.Left));
        var unpriced = await gateway.PostAsync("/v1/reservations", new { tenant = "tokens", key = "u", model = "nobody-priced-it", quantities = new { output = 40 } });
        Assert.Equal("422 estimate_unpriced", unpriced.Refusal);
        Assert.Equal("granted", (await gateway.PostAsync("/v1/reservations", new { tenant = "without-budgets", key = "t", amount = "1000000" })).Verdict);
    }

    [Fact]
    public async Task More_gates_than_there_are_connections_wake_at_once_and_all_answer()
    {
        // Each kind reads its books in another way.
        Action<CreateBudgetInput>[] kinds = [_ => { }, b => b.RolloverPercent = 50, b => b.Scope = new BudgetScopeInput { Models = [AlertingHost.Model] }];
        var ids = Enumerable.Range(0, Limits.DatabaseConnections + 20).Select(n => $"crowd-{n}").ToList();
        await Parallel.ForEachAsync(ids.Index(), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (one, _) =>
            await Gateway.WithBudgetAsync(host, "crowd", b =>
            {
                b.Id = one.Item;
                kinds[one.Index % kinds.Length](b);
            }));

        var heard = await Task.WhenAll(ids.Select(id => new Gateway(host, id).ReserveAsync(new { key = "k", model = AlertingHost.Model, amount = "1" })));

        Assert.All(heard, h => Assert.Equal("granted", h.Verdict));
    }

    [Fact]
    public async Task Of_a_tenants_budgets_all_grant_or_none_and_who_was_refused_may_ask_again()
    {
        await Gateway.WithBudgetAsync(host, "pair");
        await Gateway.WithBudgetAsync(host, "pair", b => (b.Id, b.Amount) = ("pair-small", 10m));
        var both = new Gateway(host, "pair-budget");
        object Ask(string amount) => new { tenant = "pair", key = "k", amount };
        Assert.Equal("refused", (await both.PostAsync("/v1/reservations", Ask("11"))).Verdict);
        Assert.Equal("granted", (await both.PostAsync("/v1/reservations", Ask("9"))).Verdict);
        Assert.Equal(["pair-budget HELD 9", "pair-small HELD 9"], await host.RowsAsync(
            "select budget_id, stage, amount::int from finops.reservation where budget_id like 'pair-%' order by 1"));
        Assert.Equal("committed", (await both.PostAsync("/v1/reservations/k/commit", new { tenant = "pair", actual = "8" })).Verdict);
    }

    [Fact]
    public async Task What_cannot_be_done_is_told_with_every_reason_and_nobody_reserves_from_anothers_budget()
    {
        var gateway = await Gateway.WithBudgetAsync(host, "strict");
        var flawed = await gateway.PostAsync("/v1/reservations", new { budget = "strict-budget", key = "a/b", amount = "-1", ttlSeconds = 0, record = new { source = "s" } });
        Assert.Equal("422 key_invalid, amount_negative, ttl_out_of_range, record_id_invalid", flawed.Refusal);
        Assert.Equal(400, (await gateway.PostAsync("/v1/reservations", new { budget = "strict-budget", key = "n", amount = 1.5 })).Status);
        Assert.Equal("404 reservation_unknown", (await gateway.CommitAsync("never", "1")).Refusal);
        await gateway.ReserveAsync("once", "1");
        Assert.Equal("409 key_reused", (await gateway.ReserveAsync("once", "2")).Refusal);
        Assert.Equal("404 budget_not_hard", (await new Gateway(host, "strict-budget", "acme").ReserveAsync("mine", "1")).Refusal);
        await host.CreateAsync("soft");
        Assert.Equal(404, (await new Gateway(host, "soft-budget").ReserveAsync("s", "1")).Status);
        Assert.Equal(403, (await new Gateway(host, "strict-budget", "finance").ReserveAsync("f", "1")).Status);
    }
}
