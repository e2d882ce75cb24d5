using System.Diagnostics.Metrics;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Reconciliation;
using FinOps.Platform.Reporting;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Tests.Reconciliation;

public sealed class CheckAllocationTests
{
    [Fact]
    public async Task Cost_and_shares_agree_for_a_month_that_crosses_every_kind_of_hour()
    {
        await using var house = await MonthAsync();

        var view = await AllocationAsync(house, "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");
        var report = await house.AskAsync("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");

        Assert.True(view.IsBalanced);
        Assert.Equal((744, 0), (view.FleetHours, view.Differences.Count));
        var fleet = Assert.Single(view.Fleets);
        Assert.Equal((0m, report.Total.ActualCost), (fleet.Difference, fleet.FleetCost));
        Assert.Equal(fleet.FleetCost, fleet.Usage + fleet.Idle);
        Assert.True(fleet.Usage > 0 && fleet.Idle > 0);
        // Days and months are sums of the same hours.
        var days = await Task.WhenAll(Enumerable.Range(0, 31).Select(d =>
            AllocationAsync(house, $"{CostHouse.At("2026-03-01T00:00:00Z").AddDays(d):O}", $"{CostHouse.At("2026-03-02T00:00:00Z").AddDays(d):O}")));
        Assert.Equal(fleet.FleetCost, days.Sum(d => d.Fleets.Single().FleetCost));
        Assert.All(days, d => Assert.True(d.IsBalanced));
    }

    [Fact]
    public async Task The_job_looks_at_the_hours_that_settled_and_says_when()
    {
        await using var house = await MonthAsync();
        house.Clock.Now = CostHouse.At("2026-03-10T12:30:00Z");

        await house.Services.GetRequiredService<CheckAllocation>().RunAsync(CostHouse.Cancellation);

        await using var command = house.Database.CreateCommand(
            "select concat_ws(' ', checked_at at time zone 'utc', from_at at time zone 'utc', to_at at time zone 'utc', fleet_hours, differences) from finops.allocation_check");
        Assert.Equal("2026-03-10 12:30:00 2026-03-08 10:00:00 2026-03-10 10:00:00 48 0", await command.ExecuteScalarAsync(CostHouse.Cancellation));
        Assert.Equal(CostHouse.At("2026-03-10T12:30:00Z"), (await AllocationAsync(house, "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z")).CheckedAt);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(house));
    }

    [Fact]
    public async Task A_difference_is_told_by_log_meter_and_health()
    {
        await using var house = await MonthAsync();
        await house.Services.GetRequiredService<CheckAllocation>().RunAsync(CostHouse.Cancellation);
        var lines = new List<string>();
        var open = -1L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "finops.allocation.differences") own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => open = Math.Max(open, value));
        listener.Start();
        var alarm = new AllocationAlarm(house.Services.GetRequiredService<IMeterFactory>(), new Lines(lines));

        alarm.Tell(
            new Window(CostHouse.At("2026-03-01T00:00:00Z"), CostHouse.At("2026-03-03T00:00:00Z")), 48,
            [(CostBasis.Allocation, new FleetHourBalance(new FleetId("h"), QuarterHour.Holding(CostHouse.At("2026-03-01T05:00:00Z")).Hour, 10m, 8m, 1.5m, 0m))]);
        listener.RecordObservableInstruments();
        await using (var command = house.Database.CreateCommand("update finops.allocation_check set differences = 1")) await command.ExecuteNonQueryAsync(CostHouse.Cancellation);

        Assert.Equal(1, open);
        Assert.Contains(lines, l => l.Contains("Fleet h cost 10", StringComparison.Ordinal) && l.Contains("2026-03-01T05:00:00", StringComparison.Ordinal) && l.Contains("9.5", StringComparison.Ordinal));
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(house));
    }

    [Theory]
    [InlineData("2026-03-01T00:15:00Z", null, "window_off_hour")]
    [InlineData("2026-03-01T00:00:00Z", "acme", "filter_unsupported")]
    public async Task What_cannot_be_compared_is_refused(string from, string? tenant, string code)
    {
        await using var house = await MonthAsync();

        var refused = await Assert.ThrowsAsync<RejectedException>(() => AllocationAsync(house, from, "2026-03-02T00:00:00Z", tenant is null ? null : [tenant]));

        Assert.Equal(code, refused.Rejections.Single().Code);
    }

    /// <summary>A fleet of 10 that changes its price within an hour, used now and then by three tenants.</summary>
    private static async Task<CostHouse> MonthAsync()
    {
        var house = await CostHouse.OpenAsync("2026-04-02T00:00:00Z");
        await house.FleetAsync("h", "2026-03-01T00:00:00Z", null, 12.345678901234m);
        await house.FleetAsync("h", "2026-03-09T07:45:00Z", null, 9.999999999997m);
        for (var day = 1; day <= 30; day += 3)
        {
            foreach (var (tenant, hour, tokens) in new[] { ("acme", 3, 7_001), ("globex", 3, 3), ("initech", 7, 1_000_003) })
                await house.UsedAsync(tenant, "m", "h", $"2026-03-{day:00}T{hour:00}:15:00Z", tokens, tokens / 3);
        }

        return house;
    }

    private static async Task<AllocationView> AllocationAsync(CostHouse house, string from, string to, string[]? tenants = null)
    {
        var where = new UsageFilter { From = CostHouse.At(from), To = CostHouse.At(to), Tenants = tenants };
        var view = await ReconciliationQueries.ReconciliationAsync(where, house.Database, CostHouse.Finance, CostHouse.Cancellation);
        return await view.Allocation(house.Services.GetRequiredService<CompareAllocation>(), house.Database, CostHouse.Cancellation);
    }

    private static async Task<HealthStatus> HealthAsync(CostHouse house) =>
        (await house.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(c => c.Name == "allocation", CostHouse.Cancellation)).Status;

    private sealed class Lines(List<string> lines) : ILogger<AllocationAlarm>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(formatter(state, exception));
    }
}
