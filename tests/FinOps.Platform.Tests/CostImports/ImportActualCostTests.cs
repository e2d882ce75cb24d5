using System.Globalization;
using FinOps.Domain.CostImports;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.CostImports;
using FinOps.Platform.Reconciliation;
using FinOps.Platform.Reporting;
using FinOps.Platform.Tests.Fixtures;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.CostImports;

/// <summary>A fleet estimated at 10 an hour, used by two tenants, and what it really cost.</summary>
public sealed class ImportActualCostTests
{
    private const string Header = "fleet,line,from,to,amount,currency\n";
    private const string Day = "h,aws,2026-03-01,2026-03-02,24.000000000024,USD\n";
    private const string Hour = "h,aws,2026-03-01T01:00:00Z,2026-03-01T02:00:00Z,7.1,USD\n";

    [Fact]
    public async Task An_import_replaces_the_estimate_and_rows_sum_to_the_bill()
    {
        await using var house = await HouseAsync();

        var preview = await ImportAsync(house, Header + Day + Hour, dryRun: true);
        Assert.Equal((false, null, 240m, 31.100000000024m, -208.899999999976m), (preview.Changed, preview.ImportId, preview.Fleets.Single().Before, preview.Fleets.Single().Amount, preview.Fleets.Single().Difference));
        Assert.Equal(240m, (await AskAsync(house)).Total.ActualCost);

        var done = await ImportAsync(house, Header + Day + Hour);
        Assert.True(done.Changed);
        var report = await AskAsync(house, [Dimension.Tenant, Dimension.Hour]);
        Assert.Equal(31.100000000024m, report.Total.ActualCost);
        Assert.Equal(31.100000000024m, report.Rows.Sum(r => r.ActualCost));
        // The second hour costs a 24th of the day and 7.1; acme did 3 of its 4 parts of work.
        var second = report.Rows.Where(r => r.BucketStart == CostHouse.At("2026-03-01T01:00:00Z")).ToDictionary(r => r.Tenant!, r => r.ActualCost);
        Assert.Equal((8.100000000001m, 6.075m), (second.Values.Sum(), decimal.Round(second["acme"]!.Value, 9)));
        Assert.Equal(10m, (await AskAsync(house, from: "2026-03-02T00:00:00Z", to: "2026-03-02T01:00:00Z")).Total.ActualCost);
        var where = new UsageFilter { From = CostHouse.At("2026-03-01"), To = CostHouse.At("2026-03-03") };
        var balance = await (await ReconciliationQueries.ReconciliationAsync(where, house.Database, CostHouse.Finance, CostHouse.Cancellation))
            .Allocation(house.Services.GetRequiredService<CompareAllocation>(), house.Database, CostHouse.Cancellation);
        Assert.True(balance.IsBalanced);
    }

    [Fact]
    public async Task The_same_file_changes_nothing_and_a_corrected_one_is_a_new_fact_beside_the_old_answer()
    {
        await using var house = await HouseAsync();
        var first = await ImportAsync(house, Header + Day + Hour);
        house.Clock.Now = CostHouse.At("2026-04-03T00:00:00Z");

        var again = await ImportAsync(house, Header + Day + Hour);
        Assert.Equal((false, first.ImportId), (again.Changed, again.ImportId));
        house.Clock.Now = CostHouse.At("2026-04-04T00:00:00Z");
        var corrected = await ImportAsync(house, Header + "h,aws,2026-03-01,2026-03-02,20,USD\n");

        Assert.Equal((20m, 31.100000000024m, -11.100000000024m), (corrected.Fleets.Single().Amount, corrected.Fleets.Single().BeforeImported, corrected.Fleets.Single().Difference));
        Assert.Equal([first.ImportId!], corrected.Fleets.Single().Replaces);
        Assert.Equal(20m, (await AskAsync(house)).Total.ActualCost);
        Assert.Equal(31.100000000024m, (await AskAsync(house, asOf: "2026-04-03T12:00:00Z")).Total.ActualCost);
        Assert.Equal(240m, (await AskAsync(house, asOf: "2026-04-01T12:00:00Z")).Total.ActualCost);
        var listed = (await CostImportQueries.CostImportsAsync(null, null, house.Database, house.Books, CostHouse.Cancellation)).Nodes.ToList();
        Assert.Equal([(first.ImportId, false, "finance"), (corrected.ImportId, true, "finance")], listed.Select(i => (i.Id, i.Counting, i.By))!);
        Assert.Equal(first with { }, listed[0].Report with { Fleets = first.Fleets, Categories = first.Categories, Unmapped = first.Unmapped, LeftOut = first.LeftOut, Staying = first.Staying });
        Assert.Equal(64, listed[0].Report.FileDigest.Length);
    }

    [Fact]
    public async Task A_file_with_one_bad_row_records_nothing()
    {
        await using var house = await HouseAsync();

        var refused = await Assert.ThrowsAsync<RejectedException>(() => ImportAsync(house, Header + Day + "h,aws,2026-03-01,2026-03-02,\"1,5\",USD\n"));

        Assert.Equal("rows[2].amount", refused.Rejections.Single().Field);
        Assert.Contains("Row 2, column 'amount': '1,5'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(240m, (await AskAsync(house)).Total.ActualCost);
        Assert.Empty((await CostImportQueries.CostImportsAsync(null, null, house.Database, house.Books, CostHouse.Cancellation)).Nodes);
    }

    [Fact]
    public async Task Of_two_imports_at_once_of_one_file_one_counts()
    {
        await using var house = await HouseAsync();

        var both = await Task.WhenAll(ImportAsync(house, Header + Day), ImportAsync(house, Header + Day));

        Assert.Single(both, r => r.Changed);
        Assert.Single(both.Select(r => r.ImportId).Distinct());
        Assert.Equal(24.000000000024m, (await AskAsync(house)).Total.ActualCost);
    }

    [Fact]
    public async Task A_month_by_the_hour_of_twenty_fleets_is_imported_and_asked_to_the_last_digit()
    {
        await using var house = await HouseAsync();
        var start = CostHouse.At("2026-03-01");
        var rows = from fleet in Enumerable.Range(0, 20)
                   from hour in Enumerable.Range(0, 744)
                   select $"f{fleet},aws,{start.AddHours(hour):yyyy-MM-dd HH:mm:ss},{start.AddHours(hour + 1):yyyy-MM-dd HH:mm:ss},{(fleet + 1) * 1.000000000001m + hour},USD";

        var done = await ImportAsync(house, Header + string.Join('\n', rows));

        Assert.Equal((14_880L, 20, 744m), (done.Rows, done.Fleets.Count, done.Fleets[0].HoursCovered));
        Assert.Equal(done.Amount, (await AskAsync(house, to: "2026-04-01T00:00:00Z", fleets: [.. Enumerable.Range(0, 20).Select(f => $"f{f}")])).Total.ActualCost);
    }

    [Theory]
    [InlineData("focus_1_0_sample.csv.gz", "traces", FocusCost.Effective, 600, "4.00000000000")]
    [InlineData("focus_1_0_sample.csv.gz", "traces", FocusCost.Billed, 600, "8.53176143000")]
    [InlineData("focus_sample_1.0_1000rows.csv", "focus", FocusCost.Effective, 1000, "14.97651418586")]
    [InlineData("aws_1_2_cost_and_usage_rows100_seed42.csv", "focus/golden", FocusCost.Effective, 100, "403.45921877213324")]
    [InlineData("azure_1_2_cost_and_usage_rows25_seed7_credits.csv", "focus/golden", FocusCost.Billed, 25, "592.78529887618795")]
    [InlineData("gcp_1_3_cost_and_usage_rows25_seed7_credits.csv", "focus/golden", FocusCost.Effective, 25, "195.30688799351503")]
    public async Task Every_row_of_a_recorded_focus_file_is_accounted_for(string file, string folder, FocusCost cost, int rows, string sum)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(RecordedTraces.File(file)))!, folder, file);
        await using var house = await HouseAsync();
        house.Clock.Now = CostHouse.At("2027-01-01");
        var map = new FleetMapInput
        {
            Line = "cloud",
            Rules =
            [
                new MapRuleInput { When = [new MapConditionInput { Column = "ServiceCategory", Values = ["Compute", "Data*"] }, new MapConditionInput { Column = "RegionId", Values = ["us-*", "westus*"] }], Fleet = "us" },
                new MapRuleInput { When = [new MapConditionInput { Column = "Tags", Values = ["{*"] }], Shared = "tagged", Line = "tags" },
                new MapRuleInput { When = [new MapConditionInput { Column = "ServiceName", Values = ["AmazonCloudWatch"] }], LeaveOut = "not inference" },
            ],
        };

        var report = await ImportAsync(house, new CostImportInput
        {
            File = file,
            ContentBase64 = Convert.ToBase64String(await File.ReadAllBytesAsync(path, CostHouse.Cancellation)),
            Cost = cost,
            Netting = CreditNetting.Bill,
            Map = map,
        });

        Assert.Equal((rows, decimal.Parse(sum, CultureInfo.InvariantCulture)), (report.Rows, report.Amount));
        Assert.Equal(report.Amount, report.MappedAmount + report.UnmappedAmount + report.LeftOutAmount);
        Assert.Equal(report.Rows, report.MappedRows + report.UnmappedRows + report.LeftOutRows);
        Assert.Equal(report.UnmappedAmount, report.Unmapped.Sum(u => u.Amount));
        Assert.Equal(report.MappedAmount + report.Rounding, report.Fleets.Sum(f => f.Amount));
        var asked = await AskAsync(house, from: "2024-01-01T00:00:00Z", to: "2026-12-31T00:00:00Z", fleets: ["us", "tagged"]);
        Assert.Equal(report.Fleets.Sum(f => f.Amount), asked.Total.ActualCost ?? 0);
    }

    private static async Task<CostHouse> HouseAsync()
    {
        var house = await CostHouse.OpenAsync("2026-04-01T06:00:00Z");
        await house.FleetAsync("h", "2026-03-01T00:00:00Z", null, 10m);
        await house.UsedAsync("acme", "m", "h", "2026-03-01T01:15:00Z", 3_000, 0);
        await house.UsedAsync("globex", "m", "h", "2026-03-01T01:30:00Z", 1_000, 0);
        house.Clock.Now = CostHouse.At("2026-04-02T00:00:00Z");
        return house;
    }

    private static Task<CostImportReport> ImportAsync(CostHouse house, string content, bool dryRun = false) =>
        ImportAsync(house, new CostImportInput { File = "march.csv", Content = content, DryRun = dryRun });

    private static Task<CostImportReport> ImportAsync(CostHouse house, CostImportInput input) =>
        CostImportMutations.ImportActualCost(input, house.Services.GetRequiredService<ImportActualCost>(), CostHouse.Finance, CostHouse.Cancellation);

    private static Task<UnitCostReport> AskAsync(
        CostHouse house, Dimension[]? groupBy = null, string from = "2026-03-01T00:00:00Z", string to = "2026-03-02T00:00:00Z", string? asOf = null, string[]? fleets = null) =>
        house.AskAsync(from, to, groupBy, asOf: asOf, fleets: fleets);
}
