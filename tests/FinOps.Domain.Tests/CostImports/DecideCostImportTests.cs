using CsCheck;
using FinOps.Domain.CostImports;
using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.CostImports.Bills;

namespace FinOps.Domain.Tests.CostImports;

public sealed class DecideCostImportTests
{
    [Fact]
    public void A_bill_takes_the_place_of_the_estimate_for_its_hours_alone()
    {
        var decided = Decide(Book(), House(Row(1, 2, "7"), Row(2, 3, "0")));

        Assert.Equal([10m, 7m, 0m, 10m], Hours(Book(decided.Facts), 4));
        var effect = Assert.Single(ImportEffect.Of(Book(), House(Row(1, 2, "7"), Row(2, 3, "0")), decided.Facts));
        Assert.Equal((2m, 7m, 20m, 0m, -13m), (effect.HoursCovered, effect.Amount, effect.Before, effect.BeforeImported, effect.Difference));
        Assert.True(effect.IsKnown);
    }

    [Fact]
    public void Hourly_and_daily_rows_of_one_line_add_up()
    {
        // A day of 24 is 1 an hour; beside it 5 for the second hour, and 2 for the half hour after that.
        var decided = Decide(Book(), House(Row(0, 24, "24"), Row(1, 2, "5"), Row(2, 2.5, "2")));

        Assert.Equal([1m, 6m, 3m, 1m], Hours(Book(decided.Facts), 4));
        Assert.Equal(31m, Hours(Book(decided.Facts), 24).Sum());
        Assert.Equal(10m, Hours(Book(decided.Facts), 25)[24]);
    }

    [Fact]
    public void A_part_of_an_hour_is_paid_and_the_rest_estimated()
    {
        var decided = Decide(Book(), House(Row(0.25, 0.5, "4")));

        Assert.Equal(4m + 3 * 2.5m, Hours(Book(decided.Facts), 1)[0]);
        Assert.Equal((0.25m, 2.5m), (ImportEffect.Of(Book(), House(), decided.Facts).Single().HoursCovered, ImportEffect.Of(Book(), House(), decided.Facts).Single().Before));
    }

    [Fact]
    public void The_same_file_again_says_nothing_and_a_corrected_one_replaces()
    {
        var first = Decide(Book(), House(Row(0, 1, "7"), Row(1, 2, "8")), "one");
        var again = Decide(Book(first.Facts), House(Row(0, 1, "7"), Row(1, 2, "8")), "one");
        var corrected = Decide(Book(first.Facts), House(Row(0, 1, "6"), Row(1, 2, "8.5")), "two");

        Assert.Equal((0, first.Facts[0].Import), (again.Facts.Count, again.Earlier!.Value));
        Assert.Equal([6m, 8.5m, 10m], Hours(Book(first.Facts, corrected.Facts), 3));
        // What was replaced may be imported anew: that is a fact again.
        var back = Decide(Book(first.Facts, corrected.Facts), House(Row(0, 1, "7"), Row(1, 2, "8")), "one");
        Assert.Equal([7m, 8m, 10m], Hours(Book(first.Facts, corrected.Facts, back.Facts), 3));
    }

    [Fact]
    public void Bills_side_by_side_and_lines_side_by_side_both_count()
    {
        var first = Decide(Book(), House(Row(0, 1, "7")), "one");
        var next = Decide(Book(first.Facts), House(Row(1, 2, "8")), "two");
        var disks = Decide(Book(first.Facts, next.Facts), House(Row(0, 2, "1", line: "disks")), "three");

        Assert.Equal([7.5m, 8.5m], Hours(Book(first.Facts, next.Facts, disks.Facts), 2));
    }

    [Fact]
    public void A_bill_that_overlaps_an_earlier_one_in_part_is_refused_unless_it_names_it()
    {
        var first = Decide(Book(), House(Row(0, 1, "7"), Row(1, 2, "8")), "one");

        Assert.Equal(["from cost_import_overlaps"], Refused(() => Decide(Book(first.Facts), House(Row(1, 3, "9")), "two")));
        var named = Decide(Book(first.Facts), House(Row(1, 3, "9")), "two", replaces: first.Facts[0].Import);
        Assert.Equal([10m, 4.5m, 4.5m], Hours(Book(first.Facts, named.Facts), 3));
    }

    [Fact]
    public void What_a_corrected_file_no_longer_has_is_told_and_taken_back_when_it_is_named()
    {
        var first = Decide(Book(), House(Row(0, 1, "7"), Row(0, 1, "2", fleet: "g")), "one");

        var staying = Decide(Book(first.Facts), House(Row(0, 1, "6")), "two");
        Assert.Equal([("g", 2m)], staying.Staying.Select(s => (s.Fleet.Value, s.Amounts.Single().Amount)));
        var named = Decide(Book(first.Facts), House(Row(0, 1, "6")), "two", replaces: first.Facts[0].Import);
        Assert.Empty(named.Staying);
        Assert.Equal([6m], Hours(Book(first.Facts, named.Facts), 1));
        Assert.Equal([-1m], Hours(Book(first.Facts, named.Facts), 1, new FleetId("g")));
    }

    [Fact]
    public void A_credit_is_taken_from_amounts_of_its_charge_period_in_proportion()
    {
        var decided = Decide(Book(), House(Row(0, 1, "6"), Row(1, 2, "2"), Row(2, 3, "5"), Row(0, 2, "-4")));

        Assert.Equal([3m, 1m, 5m, 10m], Hours(Book(decided.Facts), 4));
        Assert.Equal([4m, 4m], Hours(Book(Decide(Book(), House(Row(0, 2, "8"), Row(0, 1, "-4"), Row(0, 1, "4"))).Facts), 2));
    }

    [Fact]
    public void An_hourly_refund_is_taken_from_a_daily_amount_where_the_hour_has_none() =>
        Assert.Equal([0.5m, 0.5m], Hours(Book(Decide(Book(), House(Row(0, 24, "24"), Row(3, 4, "-12"))).Facts), 2));

    [Fact]
    public void A_credit_larger_than_the_cost_of_its_period_is_refused_or_netted_over_the_bill()
    {
        Assert.Equal(["amount credit_too_large"], Refused(() => Decide(Book(), House(Row(0, 1, "6"), Row(1, 2, "2"), Row(1, 2, "-4")))));
        Assert.Equal([3m, 0.5m + 0.5m], Hours(Book(Decide(Book(), House(Row(0, 1, "6"), Row(1, 2, "2"), Row(5, 6, "-4")), netting: CreditNetting.Bill).Facts), 2));
        Assert.Equal(["amount credit_too_large"], Refused(() => Decide(Book(), House(Row(0, 1, "6"), Row(1, 2, "-7")), netting: CreditNetting.Bill)));
    }

    [Fact]
    public void A_correction_in_a_later_bill_takes_from_the_earlier_one_and_goes_with_its_own()
    {
        var map = FleetMap.AllTo("h");
        string Row(string hour, string bill, string amount) => $"2026-03-01T0{hour}:00:00Z,2026-03-01T0{hour}:59:59Z,2026-{bill}-01,2026-{bill}-28,{amount},0,USD,Usage,,AWS,EC2,r,".Replace(":59:59Z", ":45:00Z", StringComparison.Ordinal);
        var march = Decide(Book(), Focus(map, Row("0", "03", "6")), "march");
        var april = Decide(Book(march.Facts), Focus(map, Row("0", "04", "-2")), "april");
        var both = Book(march.Facts, april.Facts);

        Assert.Equal(4m + 2.5m, Hours(both, 1)[0]);
        // March again, with less than April takes back.
        Assert.Equal(["amount credit_too_large"], Refused(() => Decide(both, Focus(map, Row("0", "03", "1")), "march again")));
        Assert.Equal(6m + 2.5m, Hours(Book(march.Facts, april.Facts, Decide(both, Focus(map, Row("1", "04", "0")), "april again").Facts), 1)[0]);
    }

    [Fact]
    public void What_contradicts_the_books_is_refused()
    {
        var paid = new SetCostLine { Fleet = "h", Line = "bill", Kind = CostLineKind.Actual, From = Start, To = Start.AddHours(2), Currency = "USD", Amount = 3m }.Decide(Start);
        Assert.Equal(["from cost_lines_overlap"], Refused(() => Decide(new FleetBook([], [], [paid]), House(Row(1, 3, "1")))));
        Assert.Equal(["currency currency_mixed"], Refused(() => Decide(Book(), House(Row(1, 3, "1", currency: "EUR")))));
        Assert.Equal(
            ["fleet shared_invalid"], Refused(() => Decide(Book(), Focus(new FleetMap(null, [], new MapRule([], null, "h", null, null)), "2026-03-01,2026-03-02,2026-03-01,2026-04-01,1,1,USD,Usage,,AWS,s,r,"))));
        var import = Decide(Book(), House(Row(0, 1, "1")));
        Assert.Equal("cost_lines_overlap", Assert.Throws<RejectedException>(() => CostLineRules.Require(Book(import.Facts), paid)).Rejections.Single().Code);
    }

    [Fact]
    public void Any_bill_sums_to_the_last_digit_over_its_hours_and_no_hour_is_below_zero() =>
        Gen.Select(Gen.Int[0, 90], Gen.Int[1, 60], Gen.Int[-9_999, 30_000]).Array[1, 40].Sample(rows =>
        {
            var bill = House([.. rows.Select(r => Row(r.Item1 / 4.0, (r.Item1 + r.Item2) / 4.0, $"{r.Item3 / 7_000m:0.000000000000000}"))]);
            DecidedCostImport decided;
            try
            {
                decided = Decide(new FleetBook([]), bill, netting: CreditNetting.Bill);
            }
            catch (RejectedException refused)
            {
                Assert.Equal("credit_too_large", refused.Rejections.Single().Code);
                return;
            }

            var book = new FleetBook([], [], [], decided.Facts);
            var hours = Enumerable.Range(StartHour, 40).Select(h => book.OfHour(H, h)).OfType<FleetHourCost>().ToList();
            Assert.Equal(bill.Total.Amount + decided.Rounding, hours.Sum(h => h.Cost.Amount));
            Assert.All(hours, h => Assert.Equal(h.Cost.Amount, h.ByPart().Sum(p => p.Cost)));
            Assert.All(hours.SelectMany(h => h.ByPart()), p => Assert.True(p.Cost >= 0));
        }, iter: 300);
}
