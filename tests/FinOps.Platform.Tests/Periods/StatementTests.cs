using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Periods;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Periods;

public sealed class StatementTests
{
    [Fact]
    public async Task What_changes_a_closed_month_stands_in_the_open_one_and_statements_sum_to_the_figures_of_now()
    {
        await using var house = await HouseAsync();
        await house.UsedAsync("acme", "m", "f", "2026-02-10T00:00:00Z", 1_000_000, 0);
        await house.UsedAsync("globex", "m", "f", "2026-02-10T00:00:00Z", 3_000_000, 0);
        await CloseAsync(house, "2026-02", "2026-03-02T00:30:00Z");
        var february = await StatementAsync(house, "2026-02");
        // Late usage of February, a price that was wrong, and usage of March.
        await house.UsedAsync("acme", "m", "f", "2026-02-10T00:00:00Z", 4_000_000, 0, recordedAt: "2026-03-05T10:00:00Z");
        await house.UsedAsync("acme", "m", "f", "2026-03-07T00:00:00Z", 500_000, 0);
        house.Clock.Now = CostHouse.At("2026-03-08T00:00:00Z");
        await house.RateAsync("m", "2026-02-10T00:00:00Z", 2m, 8m);
        house.Clock.Now = CostHouse.At("2026-04-03T00:30:00Z");

        Assert.Equal(february, await StatementAsync(house, "2026-02"), Same);
        var march = await StatementAsync(house, "2026-03");
        Assert.Equal(("2026-03", PeriodStatus.Open), (march.Period.Period, march.Period.Status));
        // Of the hour's 10: acme 1/4 then 5/8; charges at 1 then 2 a million.
        Assert.Equal(
            [("2026-02", "acme", 4_000_000L, 3.75m, 9m), ("2026-02", "globex", 0L, -3.75m, 3m)],
            march.Adjustments.Select(a => (a.Period, a.Tenant, a.InputTotal, a.ActualCost!.Value, a.Charge!.Value)));
        Assert.Equal((1m, 12m, 13m, 0m), (march.Total.OwnCharge, march.Total.AdjustmentCharge, march.Total.Charge, march.Total.AdjustmentCost));

        await CloseAsync(house, "2026-03", "2026-04-03T00:30:00Z");
        await house.UsedAsync("globex", "m", "f", "2026-03-07T00:00:00Z", 500_000, 0, recordedAt: "2026-04-04T10:00:00Z");
        house.Clock.Now = CostHouse.At("2026-05-01T12:00:00Z");
        Assert.Equal(march.Adjustments, (await StatementAsync(house, "2026-03")).Adjustments);
        var april = await StatementAsync(house, "2026-04");
        Assert.Equal([("2026-03", "acme", -5m), ("2026-03", "globex", 5m)], april.Adjustments.Select(a => (a.Period, a.Tenant, a.ActualCost!.Value)));
        var now = await house.AskAsync("2026-02-01T00:00:00Z", "2026-05-01T00:00:00Z");
        var statements = new[] { await StatementAsync(house, "2026-02"), await StatementAsync(house, "2026-03"), april };
        Assert.Equal((now.Total.ActualCost, now.Total.Charge), (statements.Sum(s => s.Total.Cost), statements.Sum(s => s.Total.Charge)));
    }

    [Fact]
    public async Task A_month_is_closed_once_however_many_try()
    {
        await using var house = await HouseAsync();
        house.Clock.Now = CostHouse.At("2026-03-02T00:30:00Z");

        var tries = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await CloseAsync(house, "2026-02", "2026-03-02T00:30:00Z");
                return "closed";
            }
            catch (RejectedException refused)
            {
                return refused.Rejections.Single().Code;
            }
        }));

        Assert.Equal(1, tries.Count(t => t == "closed"));
        Assert.All(tries, t => Assert.True(t is "closed" or "period_closed", t));
        var periods = await PeriodQueries.Periods(house.Books, Calendar(house), house.Clock, CostHouse.Cancellation);
        Assert.Equal([("2026-02", PeriodStatus.Closed), ("2026-03", PeriodStatus.Open)], periods.Select(p => (p.Period, p.Status)));
    }

    [Fact]
    public async Task A_tenant_sees_its_own_statement_without_cost()
    {
        await using var house = await HouseAsync();
        await house.UsedAsync("acme", "m", "f", "2026-02-10T00:00:00Z", 1_000_000, 0);
        await house.UsedAsync("globex", "m", "f", "2026-02-10T00:00:00Z", 3_000_000, 0);
        house.Clock.Now = CostHouse.At("2026-03-02T00:30:00Z");

        var statement = await StatementAsync(house, "2026-02", new Viewer("acme", ViewerRole.Tenant, [new TenantId("acme")], SeesCost: false));

        Assert.Equal([("acme", null, 1m)], statement.Rows.Select(r => (r.Tenant, r.ActualCost, r.Charge!.Value)));
        Assert.Null(statement.Total.Cost);
    }

    [Theory]
    [InlineData("2026-13")]
    [InlineData("march")]
    [InlineData("2026-3")]
    public async Task What_is_no_month_is_refused(string period)
    {
        await using var house = await HouseAsync();
        Assert.Equal("period", (await Assert.ThrowsAsync<RejectedException>(() => CloseAsync(house, period, "2026-05-01T00:00:00Z"))).Rejections.Single().Field);
    }

    /// <summary>A fleet that costs 10 in two hours only, and a model at 1 a million.</summary>
    private static async Task<CostHouse> HouseAsync()
    {
        var house = await CostHouse.OpenAsync("2026-02-01T00:00:00Z");
        await house.FleetAsync("f", "2026-02-10T00:00:00Z", "2026-02-10T01:00:00Z", 10m);
        await house.FleetAsync("f", "2026-03-07T00:00:00Z", "2026-03-07T01:00:00Z", 10m);
        await house.RateAsync("m", "2026-02-01T00:00:00Z", 1m, 4m);
        return house;
    }

    private static AccountingCalendar Calendar(CostHouse house) => house.Services.GetRequiredService<AccountingCalendar>();

    private static Task<StatementView> StatementAsync(CostHouse house, string period, Viewer? viewer = null) => PeriodQueries.Statement(
        period, house.Services.GetRequiredService<PeriodStatements>(), viewer ?? CostHouse.Finance, CostHouse.Cancellation, [Dimension.Tenant]);

    private static Task<PeriodView> CloseAsync(CostHouse house, string period, string now)
    {
        house.Clock.Now = CostHouse.At(now);
        return PeriodMutations.ClosePeriod(
            new ClosePeriodInput { Period = period }, house.Record, house.Books, Calendar(house), house.Services.GetRequiredService<IConfiguration>(),
            house.Clock, CostHouse.Finance, CostHouse.Cancellation);
    }

    private static bool Same(StatementView one, StatementView other) =>
        one.Rows.SequenceEqual(other.Rows) && one.Adjustments.SequenceEqual(other.Adjustments) && one.Total == other.Total;
}
