using System.Globalization;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets.Variance;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Reporting;
using FinOps.Platform.Tests.Fixtures;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Targets;

/// <summary>docs/variance.md, recorded and asked: each line of its tables is what the system answers.</summary>
public sealed class VarianceReportTests
{
    private const string From = "2026-03-02T10:00Z";
    private const string To = "2026-03-02T12:00Z";

    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "variance.md"));

    [Fact]
    public async Task Every_number_of_the_document_is_what_the_system_answers()
    {
        await using var house = await HoursAsync();

        var report = await AskAsync(house, [Dimension.Tenant]);

        VarianceRow[] rows = [.. report.Rows, report.Total];
        Assert.Equal(["acme", "globex", null, null], rows.Select(r => r.Tenant));
        (string, Func<VarianceRow, decimal>)[] lines =
        [
            ("actual cost", r => r.ActualCost), ("target", r => r.TargetCost), ("price", r => r.Effects!.Price), ("utilisation", r => r.Effects!.Utilisation),
            ("throughput", r => r.Effects!.Throughput), ("weighting", r => r.Effects!.Weighting), ("class mix", r => r.Effects!.ClassMix),
            ("length mix", r => r.Effects!.LengthMix), ("cache", r => r.Effects!.Cache), ("the gap", r => r.Variance),
        ];
        foreach (var (name, figure) in lines) Told([name, .. rows.Select(r => Money(figure(r)))]);
        foreach (var row in report.Rows.Take(2)) Assert.Contains(Money(row.AskedTargetCost), Text, StringComparison.Ordinal);
        Assert.All(rows, r => Assert.Equal(r.Variance, r.Effects!.Sum));
        Assert.Contains($"= {Money(report.Total.VariancePerMillionTokens!.Value)} per million", Text, StringComparison.Ordinal);
        Assert.Equal(report.Total.VariancePerMillionTokens, report.Total.Effects!.PerMillionTokens!.Sum);
        Assert.Equal(Text.Split('\n').Where(l => l.StartsWith("> ", StringComparison.Ordinal)).Select(l => l[2..]), report.Explanations.Select(e => e.Text));
        Assert.Equal(report.Total.Variance, report.Explanations.Sum(e => e.Money));
        Assert.Equal((1m, 1m, null), (report.TargetedTokensShare, report.TargetedCostShare, report.ProvisionalFrom));
        Assert.Equal([(CapacitySource.Reported, 18m)], report.CapacitySources.Select(s => (s.Source, s.Cost)));
    }

    [Fact]
    public async Task Unit_cost_shows_both_targets_and_the_effects_and_roll_ups_tell_the_same()
    {
        await using var house = await HoursAsync();
        var arguments = new UnitCostArguments(Where(), [Dimension.Tenant]);

        var rows = (await house.AskAsync(From, To, [Dimension.Tenant])).Rows;
        var reports = house.Services.GetRequiredService<UnitCostReports>();
        var asked = AskedUnitCost.Of(arguments, CostHouse.Finance, FinOps.Domain.Tenants.TenantBook.Empty, house.Clock.Now);
        var fromBuckets = await reports.FromBucketsAsync(asked, CostHouse.Cancellation);
        var rolledUp = await house.Services.GetRequiredService<RollUps>().AskAsync(asked, house.Clock.Now, CostHouse.Cancellation);

        Assert.Equal(UnitCostCell.Figure(3.929548m / 2.455m), rows[0].AskedTargetCostPerMillionTokens);
        Assert.Equal((1.456m, UnitCostCell.Figure(5.42552m / 2.455m)), (rows[0].TargetCostPerMillionTokens, rows[0].VariancePerMillionTokens));
        Assert.Equal((0.182268m, 18m), (rows[0].VarianceEffects!.Mix, rows[2].VarianceEffects!.Utilisation));
        Assert.Equal(UnitCostCell.Figure(0.1728m / 2.455m), rows[0].VarianceEffects!.PerMillionTokens!.Cache);
        Assert.Equal(fromBuckets.Rows.Select(r => r.VarianceEffects), rows.Select(r => r.VarianceEffects));
        Assert.NotNull(rolledUp);
        Assert.Equal(28.78552m, rolledUp.Value.Summary.Total.Targets!.Gap);
        Assert.All((await house.AskAsync(From, To, [Dimension.Tenant], basis: CostBasis.Usage)).Rows, r => Assert.Null(r.VarianceEffects));
    }

    [Fact]
    public async Task A_late_report_of_the_fleet_moves_utilisation_to_throughput()
    {
        await using var house = await HoursAsync(reports: false);

        var before = await AskAsync(house, []);
        var rolledUp = await house.AskAsync(From, To);
        await house.ReportAsync("v", From, 4, "serving", 23_296_000m, quarters: 4);
        var after = await AskAsync(house, []);
        var rolledUpAfter = await house.AskAsync(From, To);

        Assert.Equal((24.990452m, 0m), (before.Total.Effects!.Utilisation, before.Total.Effects.Throughput));
        Assert.Equal(before.Total.Effects, rolledUp.Total.VarianceEffects);
        Assert.Contains("it reported no capacity", before.Explanations[0].Text, StringComparison.Ordinal);
        Assert.Equal([CapacitySource.Target], before.CapacitySources.Select(s => s.Source));
        Assert.Equal((23.46m, 1.530452m), (after.Total.Effects!.Utilisation, after.Total.Effects.Throughput));
        Assert.Equal(after.Total.Effects, rolledUpAfter.Total.VarianceEffects);
    }

    [Fact]
    public async Task A_tenant_sees_its_own_causes_where_its_contract_shows_cost_and_no_idle_hour()
    {
        await using var house = await HoursAsync();
        var own = new Viewer("acme", ViewerRole.Tenant, [new TenantId("acme")], SeesCost: true);

        var report = await AskAsync(house, [Dimension.Tenant], own);
        var refused = await Assert.ThrowsAsync<RejectedException>(() => AskAsync(house, [], own with { SeesCost = false }));
        var hidden = await house.AskAsync(From, To, viewer: own with { SeesCost = false });

        Assert.Equal(5.42552m, Assert.Single(report.Rows).Variance);
        Assert.Equal((2.73m, 0.765226m), (report.Total.Effects!.Utilisation, report.Total.Effects.Throughput));
        Assert.Contains(report.Explanations, e => e.Effect == VarianceEffect.Weighting && e.Money == -0.144774m);
        Assert.Equal("forbidden", refused.Rejections[0].Code);
        Assert.Equal((null, null, null), (hidden.Total.VarianceEffects, hidden.Total.AskedTargetCostPerMillionTokens, hidden.Total.TargetCostPerMillionTokens));
    }

    [Fact]
    public async Task Usage_without_a_target_stays_outside_and_the_shares_say_so()
    {
        await using var house = await HoursAsync();
        await house.SizedAsync("w", From, To, 9m, 2);
        await house.UsedAsync("acme", "other", "w", From, 4_955_000, 0);

        var report = await AskAsync(house, [Dimension.Model]);

        Assert.Equal((0.5m, UnitCostCell.Figure(36m / 54m)), (report.TargetedTokensShare, report.TargetedCostShare));
        Assert.Equal(["m", null], report.Rows.Select(r => r.Model));
        Assert.Equal(28.78552m, report.Total.Variance);
    }

    private static UsageFilter Where() => new() { From = CostHouse.At(From), To = CostHouse.At(To) };

    private static async Task<CostHouse> HoursAsync(bool reports = true)
    {
        var house = await CostHouse.OpenAsync("2026-03-03T00:00Z");
        await house.SizedAsync("v", From, To, 18m, 4);
        await house.ModelledAsync("v", "m", "2026-03-02T00:00Z");
        await house.UsedAsync("acme", "m", "v", "2026-03-02T10:15Z", 1_800_000, 455_000, records: 1_250, cacheRead: 200_000);
        await house.UsedAsync("globex", "m", "v", "2026-03-02T10:45Z", 1_600_000, 500_000, records: 2_000, cacheRead: 400_000);
        if (reports) await house.ReportAsync("v", From, 4, "serving", 23_296_000m, quarters: 4);
        return house;
    }

    private static Task<VarianceReport> AskAsync(CostHouse house, Dimension[] groupBy, Viewer? viewer = null) => VarianceQueries.VarianceReport(
        Where(), house.Services.GetRequiredService<VarianceReports>(), viewer ?? CostHouse.Finance, CostHouse.Cancellation, groupBy);

    /// <summary>The document has the line, with the figures where they were derived.</summary>
    private static void Told(string[] cells) => Assert.Contains(
        Text.Split('\n').Where(l => l.StartsWith('|')).Select(l => l.Split('|', StringSplitOptions.TrimEntries)[1..^1]),
        told => told.Length == cells.Length && told.Select(t => t.Split(" = ")[^1]).SequenceEqual(cells));

    private static string Money(decimal amount) => amount.ToString("#,##0.00##########", CultureInfo.InvariantCulture);
}
