using FinOps.Platform.Budgets;
using FinOps.Platform.Tests.Budgets;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reratings;

/// <summary>A budget watches charges, so it watches the rates behind them, too.</summary>
public sealed class ReratedBudgetTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    [Fact]
    public async Task A_re_rating_that_moves_a_charge_over_thresholds_alerts_for_each_of_them_once()
    {
        await host.CreateAsync("repriced", b => b.Webhook = new() { Url = host.Receiver.Url("repriced") });
        Assert.Equal("accepted", await host.SpendAsync("repriced", 40));
        await SweepAsync();
        Assert.Empty(await host.RowsAsync("select id from finops.alert where tenant = 'repriced'"));

        // 40 tokens at 2 instead of 1: 80 of 100.
        Assert.Equal("40", await RerateAsync("2"));
        await SweepAsync();
        string[] received = [(await host.Receiver.NextAsync("repriced")).Id, (await host.Receiver.NextAsync("repriced")).Id];
        Assert.Equal(["50", "80"], received.Select(id => id.Split('_')[^1]).Order(StringComparer.Ordinal));

        // Down it takes them back, up it tells of their return; after that nobody is told again.
        foreach (var (rate, notice) in ((string, string?)[])[("1", "retracted"), ("2", "recrossed"), ("1", null), ("2", null)])
        {
            await RerateAsync(rate);
            await SweepAsync();
            if (notice is null) continue;
            string[] told = [(await host.Receiver.NextAsync("repriced")).Id, (await host.Receiver.NextAsync("repriced")).Id];
            Assert.All(told, id => Assert.EndsWith($"_{notice}", id, StringComparison.Ordinal));
        }

        Assert.Equal(["50", "80"], await host.RowsAsync("select threshold from finops.alert where tenant = 'repriced' and notice_of is null order by 1"));
        Assert.Equal(0, host.Receiver.Waiting("repriced"));
    }

    private Task SweepAsync() => ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services).RunAsync(TestContext.Current.CancellationToken);

    /// <returns>By how much all charges moved.</returns>
    private async Task<string> RerateAsync(string perToken)
    {
        var cards = new[] { new { model = AlertingHost.Model, from = "1970-01-01T00:00:00Z", currency = "USD", rates = new[] { new { unitClass = "output", perUnit = perToken } } } };
        var preview = await host.DataAsync(
            "query ($input: ReratingInput!) { previewRerating(input: $input) { digest } }", new { input = new { rateCards = cards } }, "finance");
        var applied = await host.DataAsync(
            "mutation ($input: ApplyReratingInput!) { applyRerating(input: $input) { total { charge { difference } } } }",
            new { input = new { rateCards = cards, reason = "The price list was wrong.", digest = preview.GetProperty("previewRerating").GetProperty("digest") } },
            "finance");
        return applied.GetProperty("applyRerating").GetProperty("total").GetProperty("charge").GetProperty("difference").GetString()!;
    }
}
