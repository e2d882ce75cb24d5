using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

public sealed class UnitCostTests
{
    [Fact]
    public void An_hours_cost_is_shared_over_the_work_in_it_and_hours_without_work_are_idle()
    {
        var books = Books([Fleet("f", 10m, toHour: 3)]);

        var report = Ask(books, [Used("a", "m", "f", 0.5, 200, 0), Used("b", "m", "f", 0.75, 0, 200)], [Dimension.Tenant]);

        Assert.Equal(
            [("a", RowKind.Usage, 2m), ("b", RowKind.Usage, 8m), (null, RowKind.Idle, 20m)],
            report.Rows.Select(r => (r.Key.Tenant, r.Key.Kind, r.Cell.Cost!.Value)));
        Assert.Equal(30m, report.Total.Cost);
        Assert.Equal(Currency.Usd, report.Currency);
        Assert.Equal(["declared-1"], report.WeightSets);
    }

    [Fact]
    public void Without_grouping_there_is_one_row_per_kind()
    {
        var books = Books([Fleet("f", 10m, toHour: 1)]);

        var usageOnly = Ask(books, [Used("a", "m", "f", 0, 1, 1), Used("b", "n", "f", 0, 1, 1)]);
        var all = Ask(Books([Fleet("f", 10m, toHour: 2)]), [Used("a", "m", "f", 0, 1, 1), Used("b", "n", null, 0, 1, 1)]);

        Assert.Equal([RowKind.Usage], usageOnly.Rows.Select(r => r.Key.Kind));
        Assert.Equal([RowKind.Usage, RowKind.Idle, RowKind.Unattributed], all.Rows.Select(r => r.Key.Kind));
        Assert.Equal(2, all.Total.Records);
        Assert.Empty(Ask(Books(), []).Rows);
    }

    [Fact]
    public void A_part_of_an_hour_carries_its_cost_in_proportion_to_the_work_in_it()
    {
        var books = Books([Fleet("f", 10m, toHour: 1)]);
        UsageSlot[] usage = [Used("a", "m", "f", 0, 100, 0), Used("a", "m", "f", 0.25, 300, 0), Used("b", "m", "f", 0.25, 400, 0)];

        var half = Ask(books, usage, [Dimension.Tenant], toHour: 0.25);

        Assert.Equal([("a", 1.25m)], half.Rows.Select(r => (r.Key.Tenant, r.Cell.Cost!.Value)));
        Assert.Empty(Ask(books, usage, [Dimension.Tenant], fromHour: 0.5, toHour: 1).Rows);
    }

    [Fact]
    public void A_part_of_an_idle_hour_carries_its_cost_in_proportion_to_time()
    {
        var books = Books([Fleet("f", 10m, toHour: 1), Fleet("g", 8m, fromHour: 0.5, toHour: 1)]);

        var report = Ask(books, [], [Dimension.Fleet], fromHour: 0.25, toHour: 0.75);

        Assert.Equal(
            [("f", RowKind.Idle, 5m), ("g", RowKind.Idle, 2m)], report.Rows.Select(r => (r.Key.Fleet, r.Key.Kind, r.Cell.Cost!.Value)));
    }

    [Fact]
    public void An_hour_of_failed_calls_only_is_idle_and_the_calls_cost_nothing()
    {
        var report = Ask(Books([Fleet("f", 10m, toHour: 1)]), [Used("a", "m", "f", 0, 0, 0, records: 3)]);

        Assert.Equal([(RowKind.Usage, 3L, 0m), (RowKind.Idle, 0L, 10m)], report.Rows.Select(r => (r.Key.Kind, r.Cell.Records, r.Cell.Cost!.Value)));
        Assert.Null(report.Rows[0].Cell.CostPerMillionTokens);
    }

    [Fact]
    public void Usage_without_a_known_fleet_is_unattributed_and_its_cost_unknown()
    {
        var report = Ask(
            Books([Fleet("f", 10m, toHour: 1)], [Rates("m", 1m, 2m)]),
            [Used("a", "m", null, 0, 1_000_000, 0), Used("a", "m", "ghost", 0, 1, 0)], [Dimension.Fleet]);

        Assert.Equal(
            [("f", RowKind.Idle), ("ghost", RowKind.Unattributed), (null, RowKind.Unattributed)], report.Rows.Select(r => (r.Key.Fleet, r.Key.Kind)));
        Assert.All(report.Rows.Skip(1), r => Assert.Null(r.Cell.Cost));
        Assert.Equal(1m, report.Rows[2].Cell.Charge);
        Assert.Equal(2, report.Total.UncostedRecords);
    }

    [Fact]
    public void Usage_outside_its_fleets_cost_lines_has_no_cost_rather_than_none()
    {
        var report = Ask(
            Books([Fleet("f", 10m, fromHour: 1, toHour: 2)]),
            [Used("a", "m", "f", 0, 1_000_000, 0), Used("a", "m", "f", 1, 500_000, 0)]);

        var row = Assert.Single(report.Rows).Cell;
        Assert.Equal((10m, 1L), (row.Cost, row.UncostedRecords));
        Assert.Equal(20m, row.CostPerMillionTokens); // over the half million whose cost is known
    }

    [Fact]
    public void A_filter_on_tenants_or_models_hides_idle_cost_but_not_the_others_share_of_work()
    {
        var books = Books([Fleet("f", 10m, toHour: 2), Fleet("g", 7m, toHour: 2)]);
        UsageSlot[] usage = [Used("a", "m", "f", 0, 100, 0), Used("b", "n", "f", 0, 300, 0), Used("b", "n", "g", 0, 1, 0)];

        Assert.Equal([(RowKind.Usage, 2.5m)], Shown(Ask(books, usage, tenants: ["a"])));
        Assert.Equal([(RowKind.Usage, 14.5m)], Shown(Ask(books, usage, models: ["n"])));
        Assert.Equal([(RowKind.Usage, 7m), (RowKind.Idle, 7m)], Shown(Ask(books, usage, fleets: ["g"])));

        static IEnumerable<(RowKind, decimal)> Shown(UnitCostSummary report) => report.Rows.Select(r => (r.Key.Kind, r.Cell.Cost!.Value));
    }

    [Fact]
    public void Who_may_not_see_cost_sees_usage_and_charges_only()
    {
        var report = Ask(
            Books([Fleet("f", 10m, toHour: 2)], [Rates("m", 1m, 2m)], [Target("f", "m", 3m)]),
            [Used("a", "m", "f", 0, 1_000_000, 0)], tenants: ["a"], showsCost: false);

        var row = Assert.Single(report.Rows).Cell;
        Assert.Equal(1m, row.Charge);
        Assert.Null(row.Cost);
        Assert.Null(row.CostPerMillionTokens);
        Assert.Null(row.TargetPerMillionTokens);
        Assert.Null(row.VariancePerMillionTokens);
    }

    [Fact]
    public void A_figure_in_two_currencies_is_refused()
    {
        var books = Books([Fleet("f", 10m, toHour: 2)], [Rates("m", 1m, 2m, currency: "EUR")]);

        var refused = Assert.Throws<RejectedException>(() => Ask(books, [Used("a", "m", "f", 0, 1, 0)]));

        Assert.Equal("currency_mixed", Assert.Single(refused.Rejections).Code);
    }

    [Fact]
    public void Tokens_without_a_rate_are_counted_as_unpriced_beside_the_charge_of_the_rest()
    {
        var report = Ask(Books(rates: [Rates("m", 1m, 2m, fromHour: 1)]), [Used("a", "m", null, 0, 7, 0), Used("a", "m", null, 1, 1_000_000, 0)]);

        Assert.Equal((1m, 7L), (report.Total.Charge, report.Total.UnpricedTokens));
        Assert.Equal(["m"], report.UnpricedModels);
        Assert.Null(Ask(Books(), [Used("a", "m", null, 0, 7, 0)]).Total.Charge);
    }

    [Fact]
    public void An_hour_not_yet_begun_has_no_cost_yet()
    {
        var report = Ask(Books([Fleet("f", 10m)]), [Used("a", "m", "f", 2, 1, 0)], now: Start.AddHours(1.5));

        Assert.Equal([(RowKind.Usage, null), (RowKind.Idle, 20m)], report.Rows.Select(r => (r.Key.Kind, r.Cell.Cost)));
    }

    [Fact]
    public void Tags_and_rate_classes_are_rows_and_a_tag_narrows_as_a_tenant_does()
    {
        var books = Books([Fleet("f", 12m)], [Rates("m", 1m, 2m)]);
        UsageSlot[] usage =
        [
            Used("a", "m", "f", 1, 3_000_000, 0, tags: "application=chat&team=blue"),
            Used("a", "m", "f", 1, 1_000_000, 0, rateClass: "200k", tags: "team=blue"),
            Used("b", "m", "f", 1, 2_000_000, 0, tags: "team=red"),
            Used("b", "m", "f", 1, 2_000_000, 0),
        ];

        var byTeam = Ask(books, usage, [Dimension.Tag], toHour: 3, tagKey: "team");
        var byClass = Ask(books, usage, [Dimension.RateClass], toHour: 3);
        var blue = Ask(books, usage, [Dimension.Tag], toHour: 3, tagKey: "application", tags: [("team", "blue")]);
        var untagged = Ask(books, usage, toHour: 3, tags: [("team", null)]);

        Assert.Equal(
            [(RowKind.Usage, "blue", 6m), (RowKind.Usage, "red", 3m), (RowKind.Usage, null, 3m), (RowKind.Idle, null, 24m)],
            byTeam.Rows.Select(r => (r.Key.Kind, r.Key.Tag, r.Cell.Cost!.Value)));
        Assert.Equal([("200k", 1.5m), ("standard", 10.5m), (null, 24m)], byClass.Rows.Select(r => (r.Key.RateClass, r.Cell.Cost!.Value)));
        Assert.Equal([("chat", 4.5m, 3m), (null, 1.5m, 1m)], blue.Rows.Select(r => (r.Key.Tag, r.Cell.Cost!.Value, r.Cell.Charge!.Value)));
        Assert.Equal((1L, 3m), (untagged.Total.Records, untagged.Total.Cost));
    }
}
