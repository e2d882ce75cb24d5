using CsCheck;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

public sealed class GroupingProperties
{
    private static readonly Books TheBooks = Books(
        [Fleet("f0", 7.3333333333m, fromHour: 0.5), Fleet("f0", 11.1m, fromHour: 3.25), Fleet("f1", 0.1234567m, toHour: 5)],
        [Rates("m0", 0.3333333333m, 1.7m), Rates("m1", 2m, 3.0000000001m, fromHour: 1.75)],
        [Target("f0", "m0", 1.5m), Target("f1", "m1", 0.2m)]);

    private static readonly Gen<UsageSlot[]> GenUsage =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 31], Gen.Long[0, 9_999], Gen.Long[0, 999], Gen.Int[0, 2]).Array[0, 60].Select(parts => parts
            .DistinctBy(p => (p.Item1, p.Item2, p.Item3, p.Item4, p.Item7))
            .Select(p => Used(
                $"t{p.Item1}", $"m{p.Item2}", p.Item3 == 3 ? null : $"f{p.Item3}", p.Item4 / 4.0, p.Item5, p.Item6, 1, p.Item7 == 1 ? "200k/batch" : "",
                p.Item7 == 2 ? "team=blue" : ""))
            .ToArray());

    private static readonly Gen<Dimension[]> GenGrouping =
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 3]).Select((tenant, model, fleet, rateClass, tag, time) => new[]
        {
            tenant ? Dimension.Tenant : (Dimension?)null,
            model ? Dimension.Model : null,
            fleet ? Dimension.Fleet : null,
            rateClass ? Dimension.RateClass : null,
            tag ? Dimension.Tag : null,
            time switch { 1 => Dimension.QuarterHour, 2 => Dimension.Hour, 3 => Dimension.Day, _ => null },
        }.OfType<Dimension>().ToArray());

    [Fact]
    public void Rows_of_any_grouping_sum_to_the_same_figures()
    {
        Check.Sample(Gen.Select(GenUsage, GenGrouping), (usage, grouping) =>
        {
            var whole = Ask(TheBooks, usage, toHour: 8);
            var rows = Ask(TheBooks, usage, grouping, toHour: 8, tagKey: grouping.Contains(Dimension.Tag) ? "team" : null);
            return rows.Rows.Sum(r => r.Cell.Cost ?? 0) == (whole.Total.Cost ?? 0)
                && rows.Rows.Sum(r => r.Cell.Charge ?? 0) == (whole.Total.Charge ?? 0)
                && rows.Rows.Sum(r => r.Cell.Records) == whole.Total.Records
                && rows.Rows.Sum(r => r.Cell.Quantities.Total) == whole.Total.Quantities.Total
                && rows.Rows.Sum(r => r.Cell.UnpricedTokens) == whole.Total.UnpricedTokens
                && rows.Total.VariancePerMillionTokens == whole.Total.VariancePerMillionTokens;
        });
    }

    [Fact]
    public void Windows_side_by_side_sum_to_the_window_over_both()
    {
        Check.Sample(Gen.Select(GenUsage, Gen.Int[1, 31]), (usage, cut) =>
        {
            var whole = Ask(TheBooks, usage, toHour: 8).Total;
            var first = Ask(TheBooks, usage, toHour: cut / 4.0).Total;
            var second = Ask(TheBooks, usage, fromHour: cut / 4.0, toHour: 8).Total;
            return (first.Cost ?? 0) + (second.Cost ?? 0) == (whole.Cost ?? 0)
                && (first.Charge ?? 0) + (second.Charge ?? 0) == (whole.Charge ?? 0);
        });
    }

    [Fact]
    public void What_each_tenant_sees_sums_to_what_all_see_less_idle_cost()
    {
        Check.Sample(GenUsage, usage =>
        {
            var all = Ask(TheBooks, usage, toHour: 8);
            var work = all.Rows.Where(r => r.Key.Kind == RowKind.Usage).Sum(r => r.Cell.Cost ?? 0);
            return work == Enumerable.Range(0, 4).Sum(t => Ask(TheBooks, usage, toHour: 8, tenants: [$"t{t}"]).Total.Cost ?? 0);
        });
    }
}
