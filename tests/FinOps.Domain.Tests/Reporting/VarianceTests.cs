using FinOps.Domain.Reporting;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

public sealed class VarianceTests
{
    [Fact]
    public void Variance_is_actual_less_target_per_million_tokens()
    {
        var report = Ask(
            Books([Fleet("f", 10m, toHour: 1)], targets: [Target("f", "m", 3m)]), [Used("a", "m", "f", 0, 2_000_000, 0)], [Dimension.Model]);

        var row = Assert.Single(report.Rows).Cell;
        Assert.Equal((5m, 3m, 2m), (row.CostPerMillionTokens, row.TargetPerMillionTokens, row.VariancePerMillionTokens));
        Assert.Equal(1m, row.TargetedShare);
    }

    [Fact]
    public void Targets_are_weighted_by_tokens_and_usage_without_one_stays_outside()
    {
        var books = Books([Fleet("f", 12m, toHour: 1)], targets: [Target("f", "m", 3m), Target("f", "n", 6m)]);

        var row = Ask(books, [Used("a", "m", "f", 0, 2_000_000, 0), Used("a", "n", "f", 0, 1_000_000, 0), Used("a", "o", "f", 0, 3_000_000, 0)])
            .Rows[0].Cell;

        Assert.Equal(2m, row.CostPerMillionTokens);
        Assert.Equal(4m, row.TargetPerMillionTokens);
        Assert.Equal(-2m, row.VariancePerMillionTokens); // 6 of the 12 carried by m and n, 12 targeted, over 3 million tokens
        Assert.Equal(0.5m, row.TargetedShare);
    }

    [Fact]
    public void In_the_total_idle_cost_of_fleets_with_a_target_counts_against_it()
    {
        var books = Books(
            [Fleet("f", 10m, toHour: 2), Fleet("untargeted", 99m, toHour: 1)], targets: [Target("f", "m", 3m)]);

        var report = Ask(books, [Used("a", "m", "f", 0, 2_000_000, 0)]);

        Assert.Equal(2m, report.Rows[0].Cell.VariancePerMillionTokens);
        Assert.Null(report.Rows[1].Cell.VariancePerMillionTokens);
        Assert.Equal(7m, report.Total.VariancePerMillionTokens); // (10 + 10 − 6) / 2
        Assert.Equal(119m, report.Total.Cost);
    }

    [Fact]
    public void The_example_of_the_cost_document_holds()
    {
        var report = Ask(
            Books([Fleet("f1", 10m, fromHour: 14, toHour: 16)], [Rates("m", 1m, 2m)], [Target("f1", "m", 4m)]),
            [Used("acme", "m", "f1", 14, 1_000_000, 500_000), Used("globex", "m", "f1", 14.5, 1_000_000, 0)], [Dimension.Tenant]);

        Assert.Equal(
            [("acme", 7.5m, 2m, 5m, 4m, 1m), ("globex", 2.5m, 1m, 2.5m, 4m, -1.5m), (null, 10m, null, null, null, null), ("total", 20m, 3m, 8m, 4m, 4m)],
            report.Rows.Select(r => Figures(r.Key.Tenant, r.Cell)).Append(Figures("total", report.Total)));

        static (string?, decimal?, decimal?, decimal?, decimal?, decimal?) Figures(string? tenant, UnitCostCell c) =>
            (tenant, c.Cost, c.Charge, c.CostPerMillionTokens, c.TargetPerMillionTokens, c.VariancePerMillionTokens);
    }

    [Fact]
    public void Figures_are_rounded_half_to_even_at_twelve_decimals()
    {
        // 5e-13 and 1.5e-12 per million tokens.
        Assert.Equal(0m, PerMillion(0.000000000001m, 2_000_000));
        Assert.Equal(0.000000000002m, PerMillion(0.000000000003m, 2_000_000));

        static decimal? PerMillion(decimal cost, long tokens) =>
            Ask(Books([Fleet("f", cost, toHour: 1)]), [Used("a", "m", "f", 0, tokens, 0)]).Total.CostPerMillionTokens;
    }
}
