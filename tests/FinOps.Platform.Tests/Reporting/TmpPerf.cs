using System.Diagnostics;
using FinOps.Domain.Reporting;
namespace FinOps.Platform.Tests.Reporting;
public sealed class TmpPerf
{
    [Fact]
    public async Task Perf()
    {
        await using var house = await CostHouse.OpenAsync("2026-04-01T00:00Z");
        await house.FleetAsync("fleet-0", "2026-03-01T00:00Z", null, 12m);
        await house.FleetAsync("fleet-2", "2026-03-01T00:00Z", null, 12m);
        for (var m = 0; m < 5; m++) { await house.RateAsync($"m{m}", "2026-03-01T00:00Z", 1m, 2m); await house.TargetAsync("fleet-0", $"m{m}", "2026-03-01T00:00Z", 2m); }
        await using (var c = house.Database.CreateCommand("""
            insert into finops.series (tenant, model, fleet) select 'tenant-' || t, 'm' || m, case when t % 2 = 0 then 'fleet-0' else 'fleet-2' end from generate_series(0,55) t, generate_series(0,3) m;
            insert into finops.bucket select s.id, 1969344 + k, 500000, 7, 0, 0, 1000 + s.id, 10, 10, 10, 10, 300 + k, 20, 0, 7, 0 from finops.series s, generate_series(0, 671) k;
            analyze finops.bucket;
            """)) await c.ExecuteNonQueryAsync(CostHouse.Cancellation);
        foreach (var g in new Dimension[][] { [], [Dimension.Tenant, Dimension.Model, Dimension.Day], [Dimension.Tenant, Dimension.Model, Dimension.Fleet, Dimension.QuarterHour] , [], [Dimension.Tenant, Dimension.Model, Dimension.Day]})
        {
            var w = Stopwatch.StartNew(); var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var r = await house.AskAsync("2026-03-02T00:00Z", "2026-03-09T00:00Z", g);
            TestContext.Current.SendDiagnosticMessage($"{string.Join(",", g)}: {r.Rows.Count} rows, {r.Total.Records} records {w.ElapsedMilliseconds} ms, CPU {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds} ms, cost {r.Total.ActualCost}");
        }
        var w2 = Stopwatch.StartNew();
        var r2 = await house.AskAsync("2017-03-02T00:00Z", "2026-03-09T00:00Z", [Dimension.Day], "America/New_York", tenants: ["tenant-3"]);
        TestContext.Current.SendDiagnosticMessage($"one tenant, 9 years: {r2.Rows.Count} rows {w2.ElapsedMilliseconds} ms");
    }
}
