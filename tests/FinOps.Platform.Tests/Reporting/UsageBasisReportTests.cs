using FinOps.Domain.Fleets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Fleets;
using FinOps.Platform.Metering;
using FinOps.Platform.Reconciliation;
using FinOps.Platform.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reporting;

/// <summary>Both bases from the tables: reports, targets, best hours, weights, as of a day.</summary>
public sealed class UsageBasisReportTests
{
    [Fact]
    public async Task Both_bases_sum_to_the_fleet_cost_and_tell_causes_and_sources()
    {
        await using var house = await OpenAsync();
        await ReportAsync(house, "2026-03-02T01:00Z", "2026-03-02T02:00Z", 8, "serving", 10_000_000);
        await ReportAsync(house, "2026-03-02T01:00Z", "2026-03-02T02:00Z", 2, "unplaced");

        var allocation = await house.AskAsync("2026-03-02T01:00Z", "2026-03-02T03:00Z", [Dimension.Tenant]);
        var usage = await house.AskAsync("2026-03-02T01:00Z", "2026-03-02T03:00Z", [Dimension.Tenant], basis: CostBasis.Usage);
        var part = await house.AskAsync("2026-03-02T01:00Z", "2026-03-02T01:15Z", [Dimension.Model, Dimension.QuarterHour], basis: CostBasis.Usage);

        Assert.Equal([7.5m, 2.5m, 10m], allocation.Rows.Select(r => r.ActualCost!.Value));
        Assert.Equal([3m, 1m, 16m], usage.Rows.Select(r => r.ActualCost!.Value));
        Assert.Equal((CostBasis.Usage, 20m), (usage.Basis, usage.Total.ActualCost));
        Assert.Equal(
            [(IdleCause.Headroom, 4.8m), (IdleCause.Unplaced, 1.2m), (IdleCause.Unreported, 10m)], usage.Rows[2].Idle.Select(i => (i.Cause, i.Cost)));
        Assert.Equal(usage.Rows[2].Idle, usage.Total.Idle);
        Assert.Empty(usage.Rows[0].Idle);
        Assert.Equal([new CapacityShareView(CapacitySource.Reported, 10m, 1m)], usage.Total.CapacitySources);
        Assert.Empty(allocation.Total.CapacitySources);
        // acme alone works in the first quarter; the idle part divides over time.
        Assert.Equal([("m", 3m), (null, 1.5m)], part.Rows.Select(r => (r.Model, r.ActualCost!.Value)));
        await BalancedAsync(house);
    }

    [Fact]
    public async Task As_of_a_day_counts_what_was_reported_by_then()
    {
        await using var house = await OpenAsync("2026-03-02T03:30Z");
        house.Clock.Now = CostHouse.At("2026-03-02T04:30Z");
        await ReportAsync(house, "2026-03-02T01:00Z", "2026-03-02T02:00Z", 8, "serving", 10_000_000);
        house.Clock.Now = CostHouse.At("2026-03-03T04:00Z");
        await ReportAsync(house, "2026-03-02T01:00Z", "2026-03-02T02:00Z", 8, "serving", 20_000_000);

        async Task<decimal> CarriedAsync(string? asOf) =>
            (await house.AskAsync("2026-03-02T01:00Z", "2026-03-02T02:00Z", basis: CostBasis.Usage, asOf: asOf)).Rows[0].ActualCost!.Value;

        Assert.Equal([10m, 4m, 2m], [await CarriedAsync("2026-03-02T04:00Z"), await CarriedAsync("2026-03-03T00:00Z"), await CarriedAsync(null)]);
    }

    [Fact]
    public async Task Without_reports_the_target_and_then_the_best_hour_before_are_the_measure()
    {
        await using var house = await OpenAsync();
        // An hour of eight million work units five weeks before counts; one hour earlier it is too long ago.
        await house.UsedAsync("acme", "m", "f1", "2026-01-26T01:00Z", 8_000_000, 0);
        var byBest = await house.AskAsync("2026-03-02T01:00Z", "2026-03-02T02:00Z", [Dimension.Tenant], basis: CostBasis.Usage);
        await house.UsedAsync("acme", "m", "f1", "2026-01-26T00:45Z", 80_000_000, 0);
        var still = await house.AskAsync("2026-03-02T01:00Z", "2026-03-02T02:00Z", [Dimension.Tenant], basis: CostBasis.Usage);
        // 2,500,000 tokens at 2 a million should cost half of the hour.
        await house.TargetAsync("f1", "m", "2026-03-01T00:00Z", 2m);
        var byTarget = await house.AskAsync("2026-03-02T01:00Z", "2026-03-02T02:00Z", [Dimension.Tenant], basis: CostBasis.Usage);

        Assert.Equal([3.75m, 1.25m, 5m], byBest.Rows.Select(r => r.ActualCost!.Value));
        Assert.Equal([(CapacitySource.BestHour, 1m)], byBest.Total.CapacitySources.Select(c => (c.Source, c.Share)));
        Assert.Equal(byBest.Rows.Select(r => r.ActualCost), still.Rows.Select(r => r.ActualCost));
        Assert.Equal([3.75m, 1.25m, 5m], byTarget.Rows.Select(r => r.ActualCost!.Value));
        Assert.Equal([CapacitySource.Target], byTarget.Total.CapacitySources.Select(c => c.Source));
        await BalancedAsync(house);
    }

    [Fact]
    public async Task Work_weights_are_books_data_named_on_the_figure()
    {
        await using var house = await OpenAsync();
        var flat = new WorkWeightsInput
        {
            Name = "flat",
            Fleet = "f1",
            From = CostHouse.At("2026-03-02T01:00Z"),
            Weights = [.. UnitClass.All.Where(c => c.Side != UnitSide.Other).Select(c => new WorkWeightInput { UnitClass = c.Name, WorkUnits = 1 })],
        };
        for (var i = 0; i < 2; i++) await WorkWeightsMutations.SetWorkWeights(flat, house.Record, house.Clock, CostHouse.Finance, CostHouse.Cancellation);

        var report = await house.AskAsync("2026-03-02T01:00Z", "2026-03-02T02:00Z", [Dimension.Tenant]);
        var before = await house.AskAsync("2026-03-02T01:00Z", "2026-03-02T02:00Z", [Dimension.Tenant], asOf: "2026-03-31T00:00Z");

        Assert.Equal([6m, 4m], report.Rows.Select(r => r.ActualCost!.Value));
        Assert.Equal(("flat", "declared-1"), (report.WeightSet, before.WeightSet));
        Assert.Equal(["declared-1 ", "flat f1"], (await WorkWeightsQueries.WorkWeights(house.Books, CostHouse.Cancellation)).Select(w => $"{w.Name} {w.Fleet}"));
        await using var events = house.Database.CreateCommand("select events from finops.book_stream where stream = 'work-weights'");
        Assert.Equal(1L, await events.ExecuteScalarAsync(CostHouse.Cancellation));
    }

    [Fact]
    public async Task A_fleet_that_costs_money_and_is_not_heard_of_is_silent()
    {
        await using var house = await CostHouse.OpenAsync("2026-03-02T14:59Z");
        await house.FleetAsync("reports", "2026-03-01T00:00Z", null, 1m);
        await house.FleetAsync("uses", "2026-03-01T00:00Z", null, 1m);
        await house.FleetAsync("never", "2026-03-02T13:30Z", null, 1m);
        await house.FleetAsync("ended", "2026-03-01T00:00Z", "2026-03-02T00:00Z", 1m);
        await ReportAsync(house, "2026-03-02T13:50Z", "2026-03-02T14:05Z", 1, "loaded", fleet: "reports");
        await house.UsedAsync("acme", "m", "uses", "2026-03-02T13:45Z", 1, 1);

        async Task<IEnumerable<string>> HeardAsync(string now)
        {
            house.Clock.Now = CostHouse.At(now);
            var fleets = await (await house.AskAsync("2026-03-02T00:00Z", "2026-03-02T16:00Z")).Completeness.FleetsAsync(CostHouse.Cancellation);
            return fleets.Select(f => $"{f.Fleet} {f.LastUsageAt:HH:mm} {f.LastReportAt:HH:mm} {f.SilentSince:HH:mm}");
        }

        Assert.Equal(["ended   ", "never   13:30", "reports  14:05 ", "uses 13:45  "], await HeardAsync("2026-03-02T14:59Z"));
        Assert.Equal(["ended   ", "never   13:30", "reports  14:05 14:05", "uses 13:45  14:00"], await HeardAsync("2026-03-02T15:06Z"));
        var tenant = await house.AskAsync("2026-03-02T00:00Z", "2026-03-02T16:00Z", tenants: ["acme"]);
        Assert.Empty(await tenant.Completeness.FleetsAsync(CostHouse.Cancellation));
    }

    /// <summary>The worked hour of docs/cost.md: 4,000,000 work units, three quarters of them acme's, on a fleet at 10 an hour; an hour without work follows.</summary>
    private static async Task<CostHouse> OpenAsync(string now = "2026-04-01T00:00Z")
    {
        var house = await CostHouse.OpenAsync(now);
        await house.FleetAsync("f1", "2026-03-02T01:00Z", "2026-03-02T03:00Z", 10m);
        await house.UsedAsync("acme", "m", "f1", "2026-03-02T01:00Z", 1_000_000, 500_000);
        await house.UsedAsync("globex", "m", "f1", "2026-03-02T01:30Z", 1_000_000, 0);
        return house;
    }

    private static async Task ReportAsync(
        CostHouse house, string from, string to, decimal count, string state, decimal? capacity = null, string fleet = "f1")
    {
        var verdicts = await house.Services.GetRequiredService<RecordFleetReports>().RecordAsync(
            [new ReportedFleet { Fleet = fleet, From = CostHouse.At(from), To = CostHouse.At(to), Accelerator = "h100", Count = count, State = state, CapacityWorkUnits = capacity }],
            new Sender("http", null), CostHouse.Cancellation);
        Assert.Equal(RecordFleetReports.Accepted, Assert.Single(verdicts).Verdict);
    }

    private static async Task BalancedAsync(CostHouse house)
    {
        var view = AllocationView.Of(
            await house.Services.GetRequiredService<CompareAllocation>().CompareAsync(
                new Window(CostHouse.At("2026-03-02T00:00Z"), CostHouse.At("2026-03-03T00:00Z")), null, CostHouse.Cancellation), null);
        Assert.True(view.IsBalanced);
        Assert.Equal((20m, 10m, 10m), (view.Fleets[0].FleetCost, view.Fleets[0].Usage, view.Fleets[0].Idle));
        Assert.Equal(20m, view.UsageBasis[0].Usage + view.UsageBasis[0].Idle);
        Assert.True(view.UsageBasis[0].Usage < 10m);
    }
}
