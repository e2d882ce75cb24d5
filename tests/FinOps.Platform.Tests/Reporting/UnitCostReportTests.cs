using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Pricing;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reporting;

public sealed class UnitCostReportTests
{
    private const string Now = "2026-04-01T00:00Z";

    [Fact]
    public async Task Cells_hold_the_figures_computed_by_hand_and_reconcile_to_the_fleet_cost()
    {
        await using var house = await OpenAsync();
        await house.FleetAsync("f1", "2026-03-02T00:00Z", "2026-03-02T04:00Z", 12m);
        await house.RateAsync("m", "2026-03-01T00:00Z", 1m, 2m);
        await house.TargetAsync("f1", "m", "2026-03-01T00:00Z", 5m);
        // Hour 1: acme 1,000,000 × 1 + 500,000 × 4 = 3,000,000 work units, globex 1,000,000: acme carries 9 of the 12.
        await house.UsedAsync("acme", "m", "f1", "2026-03-02T01:00Z", 1_000_000, 500_000);
        await house.UsedAsync("globex", "m", "f1", "2026-03-02T01:45Z", 1_000_000, 0);
        // Hour 2: acme alone, reasoning at the rate of output.
        await house.UsedAsync("acme", "m", "f1", "2026-03-02T02:15Z", 0, 0, reasoning: 250_000);
        await house.UsedAsync("acme", "m", "", "2026-03-02T02:15Z", 500_000, 0);

        var report = await house.AskAsync("2026-03-02T00:00Z", "2026-03-03T00:00Z", [Dimension.Tenant]);

        Assert.Equal(
            [(RowKind.Usage, "acme"), (RowKind.Unattributed, "acme"), (RowKind.Usage, "globex"), (RowKind.Idle, null)],
            report.Rows.Select(r => (r.Kind, r.Tenant)));
        Assert.Equal([21m, null, 3m, 24m], report.Rows.Select(r => r.ActualCost));
        Assert.Equal([2.5m, 0.5m, 1m, null], report.Rows.Select(r => r.Charge));
        Assert.Equal([12m, null, 3m, null], report.Rows.Select(r => r.ActualCostPerMillionTokens));
        Assert.Equal([5m, null, 5m, null], report.Rows.Select(r => r.TargetCostPerMillionTokens));
        Assert.Equal([7m, null, -2m, null], report.Rows.Select(r => r.VariancePerMillionTokens));
        Assert.Equal([true, false, false, false], report.Rows.Select(r => r.RateInherited));
        Assert.Equal((48m, 4m, 4L), (report.Total.ActualCost, report.Total.Charge, report.Total.Records));
        // 48 for the 2.75 million tokens on the fleet, idle hours included, less 5 a million.
        Assert.Equal(decimal.Round(48m / 2.75m, 12) - 5m, report.Total.VariancePerMillionTokens);
        Assert.Equal((1_000_000L, 750_000L, 1_750_000L), Tokens(report.Rows[0]));
        Assert.Equal("USD", report.Currency);
        Assert.Equal("declared-1", report.WeightSet);
        Assert.Equal((1L, 1L, false, false), (report.Completeness.UnattributedRecords, report.Completeness.UncostedRecords, report.Completeness.Provisional, report.Completeness.UnpricedTokens > 0));

        static (long, long, long) Tokens(FinOps.Platform.Reporting.UnitCostRow row) => (row.Tokens.InputTotal, row.Tokens.OutputTotal, row.Tokens.Total);
    }

    [Fact]
    public async Task A_day_of_New_York_has_23_hours_when_the_clock_goes_forward_and_25_when_it_goes_back()
    {
        await using var house = await OpenAsync("2026-12-01T00:00Z");
        await house.FleetAsync("f1", "2026-01-01T00:00Z", null, 10m);

        var march = await house.AskAsync("2026-03-08T05:00Z", "2026-03-09T04:00Z", [Dimension.Day], "America/New_York");
        var november = await house.AskAsync("2026-11-01T04:00Z", "2026-11-02T05:00Z", [Dimension.Day], "America/New_York");
        var hours = await house.AskAsync("2026-11-01T04:00Z", "2026-11-02T05:00Z", [Dimension.Hour], "America/New_York");

        var day = Assert.Single(march.Rows);
        Assert.Equal(("2026-03-08", CostHouse.At("2026-03-08T05:00Z"), 230m), (day.BucketLabel, day.BucketStart, day.ActualCost));
        Assert.Equal(("2026-11-01", 250m), (Assert.Single(november.Rows).BucketLabel, november.Rows[0].ActualCost));
        Assert.Equal(25, hours.Rows.Count);
        Assert.Equal(["2026-11-01T01:00-04:00", "2026-11-01T01:00-05:00"], hours.Rows.Skip(1).Take(2).Select(r => r.BucketLabel));
    }

    [Fact]
    public async Task Days_split_usage_where_the_zone_splits_them()
    {
        await using var house = await OpenAsync();
        await house.FleetAsync("f1", "2026-03-08T18:00Z", "2026-03-08T19:00Z", 8m);
        // Midnight in Kathmandu is 18:15 UTC: one quarter of the work before it.
        await house.UsedAsync("a", "m", "f1", "2026-03-08T18:00Z", 100, 0);
        await house.UsedAsync("a", "m", "f1", "2026-03-08T18:15Z", 300, 0);

        var report = await house.AskAsync("2026-03-08T00:00Z", "2026-03-09T00:00Z", [Dimension.Day], "Asia/Kathmandu");
        var hour = await house.AskAsync("2026-03-08T18:00Z", "2026-03-08T18:30Z", [Dimension.Hour], "Asia/Kathmandu");
        var month = await house.AskAsync("2026-03-08T18:00Z", "2026-03-08T19:00Z", [Dimension.Month, Dimension.Tenant]);

        Assert.Equal([("2026-03-08", 2m), ("2026-03-09", 6m)], report.Rows.Select(r => (r.BucketLabel!, r.ActualCost!.Value)));
        Assert.Equal(["2026-03-08T23:00+05:45", "2026-03-09T00:00+05:45"], hour.Rows.Select(r => r.BucketLabel));
        Assert.Equal(CostHouse.At("2026-03-08T17:15Z"), hour.Rows[0].BucketStart); // the hour starts before the window
        Assert.Equal(("2026-03", CostHouse.At("2026-03-01T00:00Z"), "a"), (month.Rows[0].BucketLabel, month.Rows[0].BucketStart, month.Rows[0].Tenant));
    }

    [Fact]
    public async Task A_tenants_key_sees_its_own_rows_and_costs_only_by_contract()
    {
        await using var house = await OpenAsync();
        await house.FleetAsync("f1", "2026-03-02T00:00Z", "2026-03-02T02:00Z", 12m);
        await house.RateAsync("m", "2026-03-01T00:00Z", 1m, 2m);
        await house.TargetAsync("f1", "m", "2026-03-01T00:00Z", 5m);
        await house.UsedAsync("acme", "m", "f1", "2026-03-02T00:00Z", 1_000_000, 0);
        await house.UsedAsync("globex", "m", "f1", "2026-03-02T00:00Z", 3_000_000, 0);
        var globex = new Viewer("globex", ViewerRole.Tenant, [new TenantId("globex")], SeesCost: true);
        var acme = new Viewer("acme", ViewerRole.Tenant, [new TenantId("acme")], SeesCost: false);

        var own = await AskAsync(acme, null);
        var others = await AskAsync(acme, ["globex"]);
        var both = await AskAsync(globex, ["acme", "globex"]);

        var row = Assert.Single(own.Rows);
        Assert.Equal(("acme", 1m, 1L), (row.Tenant, row.Charge, row.Records));
        Assert.All(
            [row, own.Total],
            r => Assert.Equal<decimal?>(
                [null, null, null, null],
                [r.ActualCost, r.ActualCostPerMillionTokens, r.TargetCostPerMillionTokens, r.VariancePerMillionTokens]));
        Assert.Null(own.Completeness.TargetedTokensShare);
        Assert.Empty(others.Rows);
        Assert.Equal((0L, null), (others.Total.Records, others.Total.Charge));
        Assert.Equal([("globex", 9m)], both.Rows.Select(r => (r.Tenant!, r.ActualCost!.Value)));

        Task<FinOps.Platform.Reporting.UnitCostReport> AskAsync(Viewer viewer, string[]? tenants) =>
            house.AskAsync("2026-03-02T00:00Z", "2026-03-03T00:00Z", [Dimension.Tenant], viewer: viewer, tenants: tenants);
    }

    [Fact]
    public async Task What_was_known_at_an_hour_can_still_be_asked()
    {
        await using var house = await OpenAsync();
        house.Clock.Now = CostHouse.At("2026-03-02T09:30Z");
        await house.FleetAsync("f1", "2026-03-02T00:00Z", "2026-03-02T01:00Z", 10m);
        house.Clock.Now = CostHouse.At("2026-03-02T12:30Z");
        await house.FleetAsync("f1", "2026-03-02T00:00Z", "2026-03-02T01:00Z", 20m);
        house.Clock.Now = CostHouse.At(Now);
        await house.UsedAsync("a", "m", "f1", "2026-03-02T00:00Z", 1, 0, recordedAt: "2026-03-02T08:10Z");
        await house.UsedAsync("a", "m", "f1", "2026-03-02T00:00Z", 2, 0, recordedAt: "2026-03-02T11:59Z");

        Assert.Equal((20m, 3L, 2L), await AskAsync(null));
        Assert.Equal((10m, 3L, 2L), await AskAsync("2026-03-02T12:00Z"));
        Assert.Equal((10m, 1L, 1L), await AskAsync("2026-03-02T11:00Z"));
        Assert.Equal((null, 0L, 0L), await AskAsync("2026-03-02T08:00Z"));
        var refused = await Assert.ThrowsAsync<RejectedException>(() => AskAsync("2026-03-02T11:31Z"));
        Assert.Equal("asOf", refused.Rejections[0].Field);
        Assert.Contains("2026-03-02T12:00:00Z", refused.Message, StringComparison.Ordinal);

        async Task<(decimal?, long, long)> AskAsync(string? asOf)
        {
            var total = (await house.AskAsync("2026-03-02T00:00Z", "2026-03-02T01:00Z", asOf: asOf)).Total;
            return (total.ActualCost, total.Tokens.Total, total.Records);
        }
    }

    [Fact]
    public async Task A_report_says_what_it_does_not_know()
    {
        await using var house = await OpenAsync("2026-03-02T03:30Z");
        await house.FleetAsync("f1", "2026-03-02T02:00Z", null, 10m);
        await house.RateAsync("m", "2026-03-02T00:00Z", 1m, null);
        await house.TargetAsync("f1", "m", "2026-03-02T00:00Z", 5m);
        await house.UsedAsync("a", "m", "f1", "2026-03-02T02:00Z", 10, 20);
        await house.UsedAsync("a", "n", "f1", "2026-03-02T01:00Z", 30, 0);
        await using var tally = house.Database.CreateCommand(
            "insert into finops.ingestion_tally values ('a', 0, 2, 0, 0, 0, '2026-03-02T03:29:00Z'), ('b', 0, 1, 0, 0, 0, '2026-03-02T03:30:00Z')");
        await tally.ExecuteNonQueryAsync(CostHouse.Cancellation);

        var report = await house.AskAsync("2026-03-02T00:00Z", "2026-03-03T00:00Z");
        var completeness = report.Completeness;

        Assert.Equal((true, CostHouse.At("2026-03-02T01:00Z")), (completeness.Provisional, completeness.ProvisionalFrom));
        Assert.Equal((50L, 1L), (completeness.UnpricedTokens, completeness.UncostedRecords));
        Assert.Equal(["m", "n"], completeness.UnpricedModels);
        Assert.Equal(0.5m, completeness.TargetedTokensShare);
        Assert.Equal(CostHouse.At("2026-03-02T03:30Z"), completeness.LastCommitAt);
        Assert.Equal(20m, report.Total.ActualCost); // the hour of 02:00 with work, that of 03:00 has begun and is idle, later ones cost nothing yet
    }

    [Theory]
    [InlineData("groupBy")]
    [InlineData("timeZone")]
    [InlineData("from")]
    [InlineData("to")]
    public async Task A_bad_question_is_refused_with_its_field(string field)
    {
        await using var house = await OpenAsync();

        var refused = await Assert.ThrowsAsync<RejectedException>(() => house.AskAsync(
            field == "from" ? "2026-03-02T00:01Z" : "2026-03-02T00:00Z",
            field == "to" ? "2036-03-12T00:00Z" : "2026-03-03T00:00Z",
            field == "groupBy" ? [Dimension.Day, Dimension.Hour] : null,
            field == "timeZone" ? "Mars/Olympus" : "UTC"));

        Assert.Equal(field, Assert.Single(refused.Rejections).Field);
    }

    [Fact]
    public async Task A_tenants_charge_is_that_of_the_report()
    {
        await using var house = await OpenAsync();
        await house.RateAsync("m", "2026-03-01T00:00Z", 1m, 2m);
        await house.RateAsync("m", "2026-03-02T12:00Z", 3m, null);
        await house.UsedAsync("a", "m", "", "2026-03-02T11:45Z", 7, 11, reasoning: 13);
        await house.UsedAsync("a", "m", "f1", "2026-03-02T12:00Z", 17, 19);
        await house.UsedAsync("a", "m", "f1", "2026-03-02T12:00Z", 1, 1, recordedAt: "2026-03-09T00:00Z");
        await house.UsedAsync("a", "n", "f1", "2026-03-02T12:00Z", 23, 0);
        await house.UsedAsync("b", "m", "f1", "2026-03-02T12:00Z", 1_000, 0);
        await house.UsedAsync("a", "m", "f1", "2026-03-03T00:00Z", 1_000, 0);
        var window = new Window(CostHouse.At("2026-03-02T00:00Z"), CostHouse.At("2026-03-03T00:00Z"));
        var charges = house.Services.GetRequiredService<TenantCharges>();

        var charge = await charges.ChargeAsync(new TenantId("a"), window, Currency.Usd, CostHouse.Cancellation);
        var euros = await charges.ChargeAsync(new TenantId("a"), window, new Currency("EUR"), CostHouse.Cancellation);
        var report = await house.AskAsync("2026-03-02T00:00Z", "2026-03-03T00:00Z", tenants: ["a"]);

        Assert.Equal(0.000007m + 0.000048m + 0.000054m, charge.Charge.Amount);
        Assert.Equal(20 + 23, charge.UnpricedTokens);
        Assert.Equal((report.Total.Charge, report.Total.UnpricedTokens), (charge.Charge.Amount, charge.UnpricedTokens));
        Assert.Equal((0m, 92L), (euros.Charge.Amount, euros.UnpricedTokens));
    }

    private static Task<CostHouse> OpenAsync(string now = Now) => CostHouse.OpenAsync(now);
}
