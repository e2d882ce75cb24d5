using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Budgets;
using FinOps.Platform.Reporting;
using FinOps.Platform.Tests.Reporting;
using FinOps.Platform.Tests.Targets;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>A unit cost far above its target is told with the largest cause of the variance report.</summary>
public sealed class TargetDriftTests
{
    [Fact]
    public async Task The_last_whole_day_lies_above_its_target_because_the_fleet_idled()
    {
        await using var house = await CostHouse.OpenAsync("2026-03-03T09:00Z");
        await house.SizedAsync("v", "2026-03-02T10:00Z", "2026-03-02T12:00Z", 18m, 4);
        await house.ModelledAsync("v", "m", "2026-03-01T00:00Z");
        await house.UsedAsync("acme", "m", "v", "2026-03-02T10:00Z", 1_800_000, 455_000, records: 2_250, cacheRead: 450_000);

        var drift = await house.Services.GetRequiredService<BudgetSigns>().DriftAsync(Terms(), CostHouse.Cancellation);
        var command = await house.Services.GetRequiredService<BudgetSpends>().ToRecordAsync(
            Terms(), March, withForecast: true, new SpendsRead(), CostHouse.Cancellation);
        var happened = Assert.Single(BudgetDecider.Decide(command, new Budget.Open(new BudgetId("b"), Terms(), [])));

        Assert.True(drift.PercentOfTarget > 100m);
        var report = await VarianceQueries.VarianceReport(
            new UsageFilter { From = CostHouse.At("2026-03-02T00:00Z"), To = CostHouse.At("2026-03-03T00:00Z"), Tenants = ["acme"] },
            house.Services.GetRequiredService<VarianceReports>(), CostHouse.Finance, CostHouse.Cancellation, []);
        Assert.Contains("fleet v was idle", report.Explanations[0].Text, StringComparison.Ordinal);
        Assert.Equal($"cost per token +357 % above its target; {report.Explanations[0].Text.TrimEnd('.')}", drift.TargetCause);
        Assert.Equal((ThresholdKind.Target, drift.TargetCause), (((PeriodEvent)happened).Kind, AlertCause.Of((PeriodEvent)happened)));
    }

    [Fact]
    public async Task A_target_that_knows_only_money_tells_how_idle_the_fleets_were()
    {
        await using var house = await CostHouse.OpenAsync("2026-03-03T09:00Z");
        await house.FleetAsync("plain", "2026-03-02T10:00Z", "2026-03-02T12:00Z", 10m);
        await house.TargetAsync("plain", "m", "2026-03-01T00:00Z", 5m);
        await house.UsedAsync("acme", "m", "plain", "2026-03-02T10:00Z", 1_000_000, 0);

        var drift = await house.Services.GetRequiredService<BudgetSigns>().DriftAsync(Terms(), CostHouse.Cancellation);

        // By its target an hour could do twice the work, and the second one did none.
        Assert.Equal("cost per token +100 % above its target; its fleets were idle 75 %", drift.TargetCause);
    }

    private static Window March => new(CostHouse.At("2026-03-01T00:00Z"), CostHouse.At("2026-04-01T00:00Z"));

    private static BudgetTerms Terms() => new(
        new TenantId("acme"), BudgetMeasure.Cost, new Money(1_000_000m, Currency.Usd), new BudgetPeriod.Monthly(new CalendarMonth(2026, 3), "UTC"), Thresholds.None, null, false)
    {
        TargetThresholds = Thresholds.Read([50m]).Thresholds!,
    };
}
