using CsCheck;
using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

/// <summary>A fleet paid by the token: 0.50 a million in, 2 a million out.</summary>
public sealed class ServerlessTests
{
    private static readonly SetTokenPrice[] Prices = [new("uncachedInput", 0.5m), new("cacheRead", 0.05m), new("output", 2m)];

    [Fact]
    public void An_hour_costs_what_its_tokens_cost_and_each_usage_carries_its_own()
    {
        // acme: 1.2 × 0.50 + 0.3 × 2 = 1.20; globex: 0.000001 × 0.50. By work units acme would carry another part.
        var summary = Ask(Books(Line()), [Used("acme", "m", "s", 0, 1_200_000, 300_000), Used("globex", "m", "s", 0.25, 1, 0)], [Dimension.Tenant]);

        Assert.Equal([("acme", 1.2m), ("globex", 0.0000005m)], summary.Rows.Select(r => (r.Key.Tenant, r.Cell.Cost!.Value))!);
        Assert.Equal(1.2000005m, summary.Total.Cost);
    }

    [Fact]
    public void Without_tokens_nothing_is_paid_and_nothing_is_idle()
    {
        Assert.Empty(Ask(Books(Line()), []).Rows);
        Assert.Null(new FleetBook([], [], [Line()]).OfHour(new FleetId("s"), QuarterHour.Holding(Start).Hour));
        Assert.True(Books(Line()).Fleets.IsRegistered(new FleetId("s")));
    }

    [Fact]
    public void A_class_without_a_price_takes_its_parents()
    {
        var used = Used("acme", "m", "s", 0, 0, 0) with { Quantities = Quantities.Of((UnitClass.CacheRead, 1_000_000), (UnitClass.Reasoning, 1_000_000), (UnitClass.Image, 1_000_000)) };

        Assert.Equal(0.05m + 2m + 0.5m, Ask(Books(Line()), [used]).Total.Cost);
    }

    [Fact]
    public void Support_beside_it_is_shared_over_the_work_and_overhead_comes_on_top_of_the_tokens()
    {
        var support = (Set("support", CostLineKind.Hourly) with { CostPerHour = 3m }).Decide(Start);
        var overhead = (Set("overhead", CostLineKind.Overhead) with { Percent = 10m }).Decide(Start);

        var summary = Ask(Books(Line(), support, overhead), [Used("acme", "m", "s", 0, 2_000_000, 0), Used("globex", "m", "s", 0, 1_000_000, 0)], [Dimension.Tenant], toHour: 2);

        // Support with overhead is 3.30 an hour: 2.20 and 1.10; tokens with overhead are 1.10 and 0.55. The second hour has no work.
        Assert.Equal([("acme", RowKind.Usage, 3.3m), ("globex", RowKind.Usage, 1.65m), (null, RowKind.Idle, 3.3m)], summary.Rows.Select(r => (r.Key.Tenant, r.Key.Kind, r.Cell.Cost!.Value)));
    }

    [Fact]
    public void Tokens_of_a_model_that_no_line_prices_have_no_known_cost()
    {
        var books = Books((Set("tokens", CostLineKind.Serverless) with { Prices = Prices, Models = ["m"] }).Decide(Start));

        var summary = Ask(books, [Used("acme", "m", "s", 0, 1_000_000, 0), Used("acme", "other", "s", 0, 1_000_000, 0)], [Dimension.Model]);

        Assert.Equal([("m", 0.5m, 0L), ("other", (decimal?)null, 1L)], summary.Rows.Select(r => (r.Key.Model, r.Cell.Cost, r.Cell.UncostedRecords))!);
    }

    [Fact]
    public void A_bill_takes_its_place_like_any_estimates()
    {
        var bill = new ImportedCost(
            new FleetId("s"), "aws", Guid.NewGuid(), "d", Currency.Usd, false, Start, Start.AddHours(1), [new PaidAmount(QuarterHour.Holding(Start), QuarterHour.Holding(Start.AddHours(1)), 9m)], []);
        var books = new Books(new RateBook([]), new FleetBook([], [], [Line()], [bill]), new TargetBook([]));

        var summary = Ask(books, [Used("acme", "m", "s", 0, 1_000_000, 0), Used("acme", "m", "s", 1, 1_000_000, 0)], [Dimension.Hour]);

        Assert.Equal([9m, 0.5m], summary.Rows.Select(r => r.Cell.Cost!.Value));
    }

    [Fact]
    public void A_fleet_is_made_of_accelerators_or_paid_by_the_token()
    {
        var book = new FleetBook([], [new SetFleetSize("s", Start, "H100", 4).Decide(Start)], [Line()]);

        Assert.Equal("cost_lines_overlap", Refused(book, Set("demand", CostLineKind.OnDemand) with { PricePerAcceleratorHour = 2m }));
        Assert.Equal("cost_lines_overlap", Refused(book, Set("more tokens", CostLineKind.Serverless) with { Prices = Prices, Models = ["m"] }));
        Assert.Null(Refused(book, Set("support", CostLineKind.Hourly) with { CostPerHour = 2m }));
        Assert.Null(Refused(book, Set("tokens", CostLineKind.Serverless) with { Prices = Prices }));
    }

    [Theory]
    [InlineData(0.000003, "amount_implausible")] // A price per token.
    [InlineData(1_500, "amount_implausible")] // Cents.
    [InlineData(-1, "amount_implausible")]
    public void A_slip_of_unit_is_refused(double perMillion, string code) =>
        Assert.Equal([$"prices[0].perMillion {code}"], Flaws(Set("tokens", CostLineKind.Serverless) with { Prices = [new("uncachedInput", (decimal)perMillion), new("output", 2m)] }));

    [Fact]
    public void Prices_are_those_of_known_classes_each_once_with_input_and_output_among_them()
    {
        Assert.Equal(
            ["prices[0].unitClass unit_class_unknown", "prices[2].unitClass unit_class_twice", "prices price_missing"],
            Flaws(Set("tokens", CostLineKind.Serverless) with { Prices = [new("input", 1m), new("output", 2m), new("output", 3m)] }));
        Assert.Equal(["prices field_missing"], Flaws(Set("tokens", CostLineKind.Serverless)));
        Assert.Equal(["prices field_unexpected"], Flaws(Set("support", CostLineKind.Hourly) with { CostPerHour = 1m, Prices = Prices }));
    }

    [Fact]
    public void Any_grouping_and_any_cut_sum_to_what_the_tokens_cost()
    {
        var books = new Books(
            new RateBook([]),
            new FleetBook([], [],
            [
                (Set("tokens", CostLineKind.Serverless) with { Prices = [new("uncachedInput", 0.3333333333m), new("output", 7.77m)], Models = ["m0"] }).Decide(Start),
                (Set("others", CostLineKind.Serverless) with { Prices = [new("uncachedInput", 0.1m), new("output", 0.0123456789m)], Models = ["m1"], From = Start.AddHours(0.75) }).Decide(Start),
                (Set("support", CostLineKind.Hourly) with { CostPerHour = 1.1m, From = Start.AddHours(2) }).Decide(Start), (Set("overhead", CostLineKind.Overhead) with { Percent = 3.3m }).Decide(Start),
            ]),
            new TargetBook([]));
        var usage = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 15], Gen.Long[0, 9_999], Gen.Long[0, 999]).Array[0, 40]
            .Select(parts => parts.DistinctBy(p => (p.Item1, p.Item2, p.Item3)).Select(p => Used($"t{p.Item1}", $"m{p.Item2}", "s", p.Item3 / 4.0, p.Item4, p.Item5)).ToArray());
        Check.Sample(Gen.Select(usage, Gen.Int[1, 15]), (used, cut) =>
        {
            var whole = Ask(books, used, toHour: 4);
            var rows = Ask(books, used, [Dimension.Tenant, Dimension.Model, Dimension.Hour], toHour: 4);
            var turned = Ask(books, [.. used.Reverse()], [Dimension.Tenant], toHour: 4);
            return rows.Rows.Sum(r => r.Cell.Cost ?? 0) == (whole.Total.Cost ?? 0)
                && turned.Rows.Sum(r => r.Cell.Cost ?? 0) == (whole.Total.Cost ?? 0)
                && (Ask(books, used, toHour: cut / 4.0).Total.Cost ?? 0) + (Ask(books, used, fromHour: cut / 4.0, toHour: 4).Total.Cost ?? 0) == (whole.Total.Cost ?? 0);
        });
    }

    internal static SetCostLine Set(string name, CostLineKind kind) => new() { Fleet = "s", Line = name, Kind = kind, From = Start, Currency = "USD" };

    internal static CostLine Line() => (Set("tokens", CostLineKind.Serverless) with { Prices = Prices }).Decide(Start);

    internal static Books Books(params CostLine[] lines) => new(new RateBook([]), new FleetBook([], [], lines), new TargetBook([]));

    private static string? Refused(FleetBook book, SetCostLine line)
    {
        try
        {
            CostLineRules.Require(book, line.Decide(Start));
            return null;
        }
        catch (RejectedException refused)
        {
            return refused.Rejections.Single().Code;
        }
    }

    private static IEnumerable<string> Flaws(SetCostLine line) => Assert.Throws<RejectedException>(() => line.Decide(Start)).Rejections.Select(r => $"{r.Field} {r.Code}");
}
