using CsCheck;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

/// <summary>What cards of every kind come to in a report.</summary>
public sealed class RateCardChargeTests
{
    private const int MonthHours = 31 * 24;

    private static readonly SetRateCard Graduated = new("m", Start, "USD",
    [
        new SetRate("uncachedInput", null, 1m),
        new SetRate("uncachedInput", null, 2m, ContextAboveTokens: 200_000),
        new SetRate("output", null, 4m),
        new SetRate("output", null, 3m, VolumeAboveUnits: 1_000_000),
    ])
    {
        Discounts = [new SetDiscount("batch", 50m)],
        FreeUnitsPerMonth = [new SetFreeUnits("output", 100_000)],
        Rounding = new Rounding(2, RoundingMode.HalfEven),
    };

    /// <summary>The example of docs/rate-cards.md.</summary>
    [Fact]
    public void The_month_by_hand_comes_to_what_the_document_says()
    {
        var books = Books(rates: [Graduated.Decide(Start)]);
        UsageSlot[] usage =
        [
            At("acme", "f", "", 58, (UnitClass.UncachedInput, 300_000), (UnitClass.Output, 400_000)),
            At("acme", "f", "200k/batch", 58, (UnitClass.UncachedInput, 1_000_000), (UnitClass.Output, 100_000)),
            At("acme", "f", "", 105.25, (UnitClass.Output, 500_000), (UnitClass.Reasoning, 200_000)),
        ];

        var month = Ask(books, usage, toHour: MonthHours);
        var third = Ask(books, usage, fromHour: 48, toHour: 72);
        var fifth = Ask(books, usage, fromHour: 96, toHour: 120);

        Assert.Equal((1.50m + 1.20m, 2.60m, 5.30m), (third.Total.Charge, fifth.Total.Charge, month.Total.Charge));
        Assert.Equal((200_000L, 0L), (month.Total.InheritedTokens, month.Total.UnpricedTokens));
        Assert.Equal(("m", 1), (Assert.Single(month.RateCards).Model.Value, month.RateCards[0].Version));
    }

    [Fact]
    public void Units_start_anew_with_the_calendar_month()
    {
        var books = Books(rates: [Graduated.Decide(Start)]);
        UsageSlot[] usage =
        [
            At("acme", "f", "", MonthHours - 0.25, (UnitClass.Output, 1_100_000)), At("acme", "f", "", MonthHours, (UnitClass.Output, 200_000)),
        ];

        var days = Ask(books, usage, [Dimension.Day], fromHour: MonthHours - 24, toHour: MonthHours + 24);

        Assert.Equal([0.9m * 4 + 0.1m * 3, 0.1m * 4], days.Rows.Select(r => r.Cell.Charge!.Value));
    }

    [Fact]
    public void Units_are_a_tenants_own_and_those_of_aliases_and_of_all_fleets_count_together()
    {
        var books = Books(rates: [(Graduated with { ModelAliases = ["m-latest"] }).Decide(Start)]);
        UsageSlot[] usage =
        [
            At("acme", "f", "", 1, (UnitClass.Output, 600_000)), At("acme", null, "", 1, (UnitClass.Output, 600_000)),
            At("acme", "g", "", 0, (UnitClass.Output, 100_000), "m-latest"), At("globex", "f", "", 1, (UnitClass.Output, 600_000)),
        ];

        var report = Ask(books, usage, [Dimension.Tenant, Dimension.Fleet]);

        // The alias takes the free units; then the usage without a fleet comes first, and the one on f passes the million.
        Assert.Equal(
            [("acme", "f", 0.3m * 4 + 0.3m * 3), ("acme", "g", 0m), ("acme", null, 0.6m * 4), ("globex", "f", 0.5m * 4)],
            report.Rows.Select(r => (r.Key.Tenant!, r.Key.Fleet, r.Cell.Charge!.Value)));
        Assert.Equal(0.3m * 4 + 0.3m * 3, Ask(books, usage, tenants: ["acme"], fleets: ["f"], showsCost: false).Total.Charge);
    }

    [Fact]
    public void A_change_of_card_in_mid_month_starts_no_allowance_anew()
    {
        var plain = new SetRateCard("m", Start, "USD", [new SetRate("output", null, 8m)]);
        var books = Books(rates: [plain.Decide(Start), (Graduated with { From = Start.AddHours(2) }).Decide(Start)]);
        UsageSlot[] usage = [At("acme", "f", "", 0, (UnitClass.Output, 900_000)), At("acme", "f", "", 2, (UnitClass.Output, 200_000))];

        var report = Ask(books, usage, [Dimension.Hour]);

        Assert.Equal([0.9m * 8, 0.1m * 4 + 0.1m * 3], report.Rows.Select(r => r.Cell.Charge!.Value));
        Assert.Equal([(1, 0), (2, 2)], report.RateCards.Select(c => (c.Version, (int)(c.From - Start).TotalHours)));
    }

    [Fact]
    public void Any_grouping_any_cut_and_any_order_come_to_the_same_charge()
    {
        var books = Books(
            rates:
            [
                (Graduated with { ModelAliases = ["m-latest"], Rounding = null }).Decide(Start),
                new SetRateCard("n", Start, "USD", [new SetRate("uncachedInput", null, 0.7m), new SetRate("uncachedInput", null, 0.3m, VolumeAboveUnits: 777_777)])
                    .Decide(Start),
                new SetRateCard("n", Start.AddDays(10), "USD", [new SetRate("uncachedInput", null, 0.9m), new SetRate("output", null, 1.1m)]).Decide(Start),
                (Graduated with { From = Start.AddDays(12), Tenant = "t1" }).Decide(Start),
            ]);
        var slots = Gen.Select(
            Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 35 * 96 - 1], Gen.Int[0, 3],
            Gen.Select(Gen.Long[0, 400_000], Gen.Long[0, 300_000], Gen.Long[0, 90_000])).Array[0, 30].Select(parts => parts
            .DistinctBy(p => (p.Item1, p.Item2, p.Item3, p.Item4, p.Item5))
            .Select(p => At(
                $"t{p.Item1}", p.Item3 == 2 ? null : $"f{p.Item3}", new[] { "", "200k", "batch", "flex" }[p.Item5], p.Item4 / 4.0,
                new[] { "m", "m-latest", "n" }[p.Item2],
                (UnitClass.UncachedInput, p.Item6.Item1), (UnitClass.Output, p.Item6.Item2), (UnitClass.Reasoning, p.Item6.Item3))).ToArray());

        Check.Sample(Gen.Select(slots, Gen.Int[0, 4], Gen.Int[1, 34], Gen.Int), (usage, grouping, cut, seed) =>
        {
            var whole = Charge(Ask(books, usage, toHour: 35 * 24));
            var dimension = new[] { Dimension.Tenant, Dimension.Model, Dimension.Fleet, Dimension.Hour, Dimension.Day }[grouping];
            var rows = Ask(books, usage, [dimension], toHour: 35 * 24).Rows.Sum(r => r.Cell.Charge ?? 0);
            var parts = Charge(Ask(books, usage, toHour: cut * 24)) + Charge(Ask(books, usage, fromHour: cut * 24, toHour: 35 * 24));
            var days = Enumerable.Range(0, 35).Sum(d => Charge(Ask(books, usage, fromHour: d * 24, toHour: d * 24 + 24)));
            var shuffled = Charge(Ask(books, Shuffled(usage, seed), toHour: 35 * 24));
            var tenants = Charge(Ask(books, usage, tenants: ["t0"], toHour: 35 * 24)) + Charge(Ask(books, usage, tenants: ["t1"], toHour: 35 * 24));
            return rows == whole && parts == whole && days == whole && shuffled == whole && tenants == whole;
        }, iter: 60);
    }

    [Fact]
    public void A_markup_charges_the_share_of_cost_and_so_much_more_also_where_cost_is_not_shown()
    {
        var markup = new SetRateCard("m", Start, "USD", []) { MarkupPercent = 20m, Tenant = "acme" };
        var books = Books([Fleet("f", 10m, toHour: 1)], [Rates("m", 1m, 2m), markup.Decide(Start)]);
        // Three quarters of the hour's work are acme's: 7.50 of its cost.
        UsageSlot[] usage = [Used("acme", "m", "f", 0, 1_000_000, 500_000), Used("globex", "m", "f", 0.25, 1_000_000, 0)];

        var shown = Ask(books, usage, [Dimension.Tenant]);
        var hidden = Ask(books, usage, tenants: ["acme"], showsCost: false);

        Assert.Equal([("acme", 9m, 7.5m), ("globex", 1m, 2.5m)], shown.Rows.Select(r => (r.Key.Tenant!, r.Cell.Charge!.Value, r.Cell.Cost!.Value)));
        Assert.Equal((9m, null, 0L), (hidden.Total.Charge, hidden.Total.Cost, hidden.Total.UnpricedTokens));
        Assert.Equal([("m", 2)], hidden.RateCards.Select(c => (c.Model.Value, c.Version)));
    }

    [Fact]
    public void What_is_not_costed_yet_is_unpriced_under_a_markup()
    {
        var books = Books([Fleet("f", 10m, toHour: 1)], [(new SetRateCard("m", Start, "USD", []) { MarkupPercent = 20m }).Decide(Start)]);
        UsageSlot[] usage = [Used("a", "m", "f", 0, 100, 0), Used("a", "m", "f", 1, 7, 0), Used("a", "m", null, 0, 11, 0), Used("a", "m", "ghost", 0, 13, 0)];

        var report = Ask(books, usage);

        Assert.Equal((12m, 31L), (report.Total.Charge, report.Total.UnpricedTokens));
        Assert.Equal(["m"], report.UnpricedModels);
        Assert.Null(Ask(books, [usage[1]]).Total.Charge);
    }

    [Fact]
    public void A_markup_over_cost_in_another_currency_is_refused_or_left_out_where_one_currency_was_asked_for()
    {
        var books = Books([Fleet("f", 10m, toHour: 1, currency: "EUR")], [(new SetRateCard("m", Start, "USD", []) { MarkupPercent = 20m }).Decide(Start)]);

        var refused = Assert.Throws<RejectedException>(() => Ask(books, [Used("a", "m", "f", 0, 100, 0)], showsCost: false));
        var dollars = Ask(books, [Used("a", "m", "f", 0, 100, 0)], showsCost: false, chargeCurrency: "USD");

        Assert.Equal("currency_mixed", Assert.Single(refused.Rejections).Code);
        Assert.Equal((null, 100L), (dollars.Total.Charge, dollars.Total.UnpricedTokens));
    }

    [Fact]
    public void Parts_of_a_window_sum_to_the_whole_under_a_markup()
    {
        var books = Books(
            [Fleet("f0", 7.3333333333m, fromHour: 0.5), Fleet("f1", 0.1234567m)],
            [(new SetRateCard("m0", Start, "USD", []) { MarkupPercent = 33.3333m }).Decide(Start), Rates("m1", 0.3m, 1.7m)]);
        var gen = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1], Gen.Int[0, 1], Gen.Int[0, 31], Gen.Long[0, 9_999]).Array[0, 40].Select(parts => parts
            .DistinctBy(p => (p.Item1, p.Item2, p.Item3, p.Item4))
            .Select(p => Used($"t{p.Item1}", $"m{p.Item2}", $"f{p.Item3}", p.Item4 / 4.0, p.Item5, p.Item5 / 3)).ToArray());

        Check.Sample(Gen.Select(gen, Gen.Int[1, 31]), (usage, cut) =>
        {
            var whole = Charge(Ask(books, usage, toHour: 8));
            return Charge(Ask(books, usage, toHour: cut / 4.0)) + Charge(Ask(books, usage, fromHour: cut / 4.0, toHour: 8)) == whole
                && Enumerable.Range(0, 3).Sum(t => Charge(Ask(books, usage, toHour: 8, tenants: [$"t{t}"], showsCost: false))) == whole;
        });
    }

    [Fact]
    public void A_row_is_rounded_once_from_its_exact_charge_where_its_cards_declare_one_rounding()
    {
        var rounding = new Rounding(2, RoundingMode.Up);
        RateCard Rounded(string model, Rounding? declared) => (new SetRateCard(model, Start, "USD", [new SetRate("uncachedInput", 0.001m, null)]) { Rounding = declared }).Decide(Start);
        var books = Books(rates: [Rounded("a", rounding), Rounded("b", rounding), Rounded("c", null)]);
        UsageSlot[] usage = [Used("t", "a", null, 0, 1, 0), Used("t", "b", null, 0, 2, 0), Used("t", "c", null, 0, 5, 0)];

        var rows = Ask(books, usage, [Dimension.Model]).Rows.Select(r => (r.Cell.Charge!.Value, r.Cell.ChargeRounded));

        Assert.Equal([(0.001m, 0.01m), (0.002m, 0.01m), (0.005m, null)], rows);
        Assert.Equal((0.003m, 0.01m), (Ask(books, usage, models: ["a", "b"]).Total.Charge, Ask(books, usage, models: ["a", "b"]).Total.ChargeRounded));
        Assert.Null(Ask(books, usage).Total.ChargeRounded);
    }

    private static decimal Charge(UnitCostSummary report) => report.Total.Charge ?? 0;

    private static UsageSlot At(string tenant, string? fleet, string rateClass, double hour, params (UnitClass, long)[] units) =>
        At(tenant, fleet, rateClass, hour, "m", units);

    private static UsageSlot At(string tenant, string? fleet, string rateClass, double hour, (UnitClass, long) units, string model) =>
        At(tenant, fleet, rateClass, hour, model, units);

    private static UsageSlot At(string tenant, string? fleet, string rateClass, double hour, string model, params (UnitClass, long)[] units) => new(
        new UsageSeries(new TenantId(tenant), new ModelId(model), fleet is null ? null : new FleetId(fleet), RateClass.Parse(rateClass)),
        QuarterHour.Holding(Start.AddHours(hour)), 1, 0, 0, Quantities.Of(units));

    private static UsageSlot[] Shuffled(UsageSlot[] usage, int seed)
    {
        var copy = usage.ToArray();
        new Random(seed).Shuffle(copy);
        return copy;
    }
}
