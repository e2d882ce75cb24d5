using FinOps.Domain.CostImports;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.CostImports.Bills;

namespace FinOps.Domain.Tests.CostImports;

public sealed class CostFileTests
{
    private static readonly FleetMap Map = new(
        null,
        [
            new MapRule([new MapCondition("ServiceName", ["EC2", "ECS"]), new MapCondition("RegionId", ["us-*"])], "h", null, null, null),
            new MapRule([new MapCondition("ChargeCategory", ["Tax"])], null, null, "recoverable", null),
            new MapRule([new MapCondition("Tags.app", ["gateway"])], null, "gateway", null, "network"),
        ],
        null);

    [Fact]
    public void Rows_of_one_period_are_summed_and_every_row_of_the_file_is_accounted_for()
    {
        var bill = House(Row(0, 1, "1.25"), Row(0, 1, "2"), Row(1, 2, "3E-1"), Row(0, 1, "7", line: "disks"));

        Assert.Equal([("disks", 7m, 1), ("l", 3.55m, 3)], bill.Lines.Select(l => (l.Line, l.Sum.Amount, l.Sum.Rows)));
        Assert.Equal([3.25m, 0.3m], bill.Lines[1].Rounded().Select(a => a.Amount));
        Assert.Equal(new RowSum(4, 10.55m), bill.Total);
    }

    [Fact]
    public void A_line_is_rounded_once_to_12_decimals_and_its_periods_sum_to_it()
    {
        var bill = House([.. Enumerable.Range(0, 3).Select(h => Row(h, h + 1, "0.3333333333333"))]);

        Assert.Equal([0.333333333333m, 0.333333333334m, 0.333333333333m], bill.Lines.Single().Rounded().Select(a => a.Amount));
        Assert.Equal(0.9999999999999m, bill.Lines.Single().Sum.Amount);
        Assert.Equal(0.0000000000001m, Decide(Book(), bill).Rounding);
    }

    [Theory]
    [InlineData("h,l,2026-03-01,2026-03-01T01:00:00Z,one,USD", "rows[2].amount amount_invalid")]
    [InlineData("h,l,2026-03-01,2026-03-01T01:00:00Z,,USD", "rows[2].amount amount_missing")]
    [InlineData("h,l,2026-03-01,2026-03-01T01:00:00Z,1.0000000000000000000000000001,USD", "rows[2].amount amount_too_fine")]
    [InlineData("h,l,2026-03-01,2026-03-01T01:00:00Z,1,XYZ", "rows[2].currency currency_invalid")]
    [InlineData("h,l,2026-03-01,2026-03-01T01:00:00Z,1,EUR", "rows[2].currency currency_mixed")]
    [InlineData("h,l,03/04/2026,2026-03-01T01:00:00Z,1,USD", "rows[2].from instant_invalid")]
    [InlineData("h,l,2026-03-01,2026-03-01,1,USD", "rows[2].to window_empty")]
    [InlineData("h,l,2026-03-01T00:10:00Z,2026-03-01T01:00:00Z,1,USD", "rows[2].from off_boundary")]
    [InlineData(",l,2026-03-01,2026-03-01T01:00:00Z,1,USD", "rows[2].fleet name_invalid")]
    [InlineData("h,l,2026-03-01,2026-03-01T01:00:00Z,1", "rows[2].currency fields_mismatch")]
    public void A_bad_row_is_named_by_number_and_column(string row, string flaw) => Assert.Equal([flaw], Refused(() => House(Row(0, 1, "1"), row)));

    [Fact]
    public void All_bad_rows_are_told_at_once_and_very_many_are_counted()
    {
        Assert.Equal(
            ["rows[1].amount amount_invalid", "rows[3].currency currency_invalid"], Refused(() => House(Row(0, 1, "x"), Row(0, 1, "1"), Row(0, 1, "1", currency: "usd"))));
        Assert.Equal("rows more_rows", Refused(() => House([.. Enumerable.Repeat(Row(0, 1, "x"), 60)])).Last());
    }

    [Fact]
    public void A_wrong_header_shows_the_column_the_header_itself_and_what_to_do()
    {
        var refused = Assert.Throws<RejectedException>(() => Read(["fleet,line,start,to,amount,currency"], (table, _) =>
        {
            HouseRows.RequireColumns(table);
            return () => null;
        }));

        Assert.Equal("column_missing", refused.Rejections.Single().Code);
        Assert.Contains("'from'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("fleet,line,start,to,amount,currency", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["cost column_unknown"], Refused(() => Read(["fleet,line,from,to,amount,currency,cost"], (table, _) =>
        {
            HouseRows.RequireColumns(table);
            return () => null;
        })));
    }

    [Fact]
    public void An_instant_with_a_zone_and_one_without_are_both_utc_and_a_formula_is_only_a_name()
    {
        var bill = House("=1+1,@l,2026-03-01 00:00,2026-03-01T03:00:00+02:00,-0,USD");

        Assert.Equal(("=1+1", "@l", 4), (bill.Lines.Single().Fleet.Value, bill.Lines.Single().Line, bill.Lines.Single().Rounded().Single().Quarters));
    }

    [Fact]
    public void Rules_in_order_send_rows_of_focus_to_fleets_and_what_fits_none_is_told()
    {
        var bill = Focus(
            Map,
            Charge("5", "Usage", "EC2", "us-east-1", "NULL"), Charge("0.5", "Usage", "ECS", "us-west-2", ""), Charge("2", "Tax", "EC2", "us-east-1", "").Replace("EC2", "Tax", StringComparison.Ordinal),
            Charge("1", "Usage", "ELB", "us-east-1", "{\"app\": \"gateway\"}"), Charge("9", "Usage", "EC2", "eu-west-1", "NULL"), Charge("-3", "Credit", "S3", "NULL", "no json"));

        Assert.Equal([("gateway", "network", true, 1m), ("h", "AWS", false, 5.5m)], bill.Lines.Select(l => (l.Fleet.Value, l.Line, l.IsShared!.Value, l.Sum.Amount)));
        Assert.Equal([("EC2 · eu-west-1 · Usage", new RowSum(1, 9m)), ("S3 · Credit", new RowSum(1, -3m))], bill.Unmapped);
        Assert.Equal([("recoverable", new RowSum(1, 2m))], bill.LeftOut);
        Assert.Equal(bill.Total, bill.Lines[0].Sum + bill.Lines[1].Sum + bill.Unmapped[0].Sum + bill.Unmapped[1].Sum + bill.LeftOut[0].Sum);
        Assert.Equal([("Usage", 15.5m), ("Credit", -3m), ("Tax", 2m)], bill.Categories.Select(c => (c.What, c.Sum.Amount)));
    }

    [Fact]
    public void The_billed_cost_is_taken_where_it_is_asked_for() =>
        Assert.Equal(50m, Focus(FleetMap.AllTo("h"), FocusCost.Billed, [Charge("5", "Usage", "EC2", "us-east-1", "")]).Total.Amount);

    [Fact]
    public void A_rule_that_says_nothing_or_too_much_is_refused()
    {
        Assert.Equal(
            ["rules[0] rule_ambiguous", "rules[0].when rule_without_condition", "otherwise rule_ambiguous"],
            Refused(() => new FleetMap(null, [new MapRule([], "h", "gateway", null, null)], new MapRule([], null, null, null, null)).Decide()));
        Assert.Equal(["rules map_empty"], Refused(() => new FleetMap(null, [], null).Decide()));
        Assert.Equal(
            ["rules[0].when.Region column_missing"],
            Refused(() => Focus(new FleetMap(null, [new MapRule([new MapCondition("Region", ["x"])], "h", null, null, null)], null))));
    }

    /// <summary>For the first hour of March, in its bill; the billed cost is ten times the effective one.</summary>
    private static string Charge(string effective, string category, string service, string region, string tags) =>
        $"2026-03-01 00:00:00,2026-03-01T01:00:00Z,2026-03-01 00:00:00,2026-04-01 00:00:00,{effective},{effective}0,USD,{category},NULL,AWS,{service},{region},{tags}";
}
