using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

public sealed class WeightBookTests
{
    private static readonly SetWorkWeight[] Flat = [.. UnitClass.All.Where(c => c.Side != UnitSide.Other).Select(c => new SetWorkWeight(c.Name, 1m))];

    [Fact]
    public void A_set_changes_figures_from_its_hour_on_and_its_name_stands_on_them()
    {
        var books = Books([Fleet("f", 10m, toHour: 2)]) with { Weights = new WeightBook([new SetWorkWeights("flat", null, Start.AddHours(1), Flat).Decide(Start)]) };
        UsageSlot[] usage = [Used("a", "m", "f", 0, 100, 0), Used("b", "m", "f", 0, 0, 100), Used("a", "m", "f", 1, 100, 0), Used("b", "m", "f", 1, 0, 100)];

        var report = Ask(books, usage, [Dimension.Hour, Dimension.Tenant], toHour: 2);

        Assert.Equal([2m, 8m, 5m, 5m], report.Rows.Select(r => r.Cell.Cost!.Value));
        Assert.Equal(["declared-1", "flat"], report.WeightSets);
    }

    [Fact]
    public void A_fleets_own_set_goes_before_that_of_all()
    {
        var book = new WeightBook([new SetWorkWeights("own", "f", Start, Flat).Decide(Start), new SetWorkWeights("all", null, Start, Flat).Decide(Start)]);

        var (before, after) = (QuarterHour.Holding(Start.AddHours(-1)), QuarterHour.Holding(Start));
        Assert.Equal(["declared-1", "own", "all"], new[] { book.At(new FleetId("f"), before), book.At(new FleetId("f"), after), book.At(new FleetId("g"), after) }.Select(w => w.Name));
        Assert.Equal(["declared-1", "all", "own"], book.All.Select(w => w.Weights.Name));
    }

    [Fact]
    public void Every_flaw_of_a_set_is_told_at_once()
    {
        var refused = Assert.Throws<RejectedException>(() => new SetWorkWeights(
            "", null, Start.AddMinutes(15),
            [new("uncachedInput", -1), new("cacheRead", 2_000_000), new("cacheWrite", 0.0000000000001m), new("cacheWrite", 1), new("tokens", 1)]).Decide(Start));

        Assert.Equal(
            [
                "name_invalid name", "off_hour from", "weight_negative weights[0].workUnits", "weight_implausible weights[1].workUnits",
                "weight_too_fine weights[2].workUnits", "unit_class_twice weights[3].unitClass", "unit_class_unknown weights[4].unitClass", "weight_missing weights",
            ],
            refused.Rejections.Select(r => $"{r.Code} {r.Field}"));
        Assert.Contains("2026-03-01T01:00:00Z", refused.Rejections[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_that_sees_no_work_is_refused_and_a_name_means_one_set()
    {
        Assert.Equal("weights_all_zero", Code(() => new SetWorkWeights("none", null, Start, [.. Flat.Select(w => w with { WorkUnits = 0 })]).Decide(Start)));
        var flat = new SetWorkWeights("declared-1", null, Start, Flat).Decide(Start).Weights;
        Assert.Equal("weight_set_taken", Code(() => SetWorkWeights.RequireOwnName(WeightBook.Declared, flat)));
        SetWorkWeights.RequireOwnName(WeightBook.Declared, WorkWeights.Declared1);

        static string Code(Action act) => Assert.Single(Assert.Throws<RejectedException>(act).Rejections).Code;
    }
}
