using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Pricing;

public sealed class SetRateCardTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SetRateCard Good = new("m", Start, "USD", [new SetRate("output", null, 4m)]);

    [Fact]
    public void Every_failure_of_the_rows_is_told_at_once_with_its_field() => Refuse(
        Good with
        {
            Rates =
            [
                new SetRate("output", null, 4m),
                new SetRate("output", null, 4m, ContextAboveTokens: 0, ServiceTier: "standard", VolumeAboveUnits: 0), // the same row in other words
                new SetRate("output", null, 4m, ContextAboveTokens: 200_001),
                new SetRate("output", null, 4m, ServiceTier: "Batch"),
                new SetRate("output", null, 4m, VolumeAboveUnits: -1),
                new SetRate("output", null, 4m, ContextAboveTokens: 200_000, VolumeAboveUnits: 10),
                new SetRate("tokens", -1m, 1m, ContextAboveTokens: 1, ServiceTier: "slow"),
                new SetRate("image", -1m, null, ContextAboveTokens: 200_000),
            ],
            Discounts = [new SetDiscount("batch", 101m), new SetDiscount("standard", 5m), new SetDiscount("flex", 0m), new SetDiscount("slow", 0.00001m), new SetDiscount("flex", 5m)],
            FreeUnitsPerMonth = [new SetFreeUnits("reasoning", 5), new SetFreeUnits("output", 0), new SetFreeUnits("output", 1), new SetFreeUnits("tokens", 1)],
        },
        "rates[1].unitClass", "rates[2].contextAboveTokens", "rates[3].serviceTier", "rates[4].volumeAboveUnits", "rates[6].unitClass",
        "rates[6].contextAboveTokens", "rates[6].serviceTier", "rates[6].perUnit", "rates[7].perUnit", "rates[5].volumeAboveUnits",
        "discounts[0].percent", "discounts[1].serviceTier", "discounts[2].percent", "discounts[3].percent", "discounts[3].serviceTier",
        "discounts[4].serviceTier", "freeUnitsPerMonth[0].unitClass", "freeUnitsPerMonth[1].units", "freeUnitsPerMonth[2].unitClass",
        "freeUnitsPerMonth[3].unitClass");

    [Fact]
    public void Every_failure_of_the_rest_is_told_at_once_with_its_field() => Refuse(
        Good with
        {
            Currency = "XYZ",
            To = Start,
            ModelAliases = ["m", "a", "a", ""],
            Tenant = "acme",
            Contract = "c",
            Rounding = new Rounding(13, RoundingMode.Up),
            MarkupPercent = 1_001m,
        },
        "currency", "to", "rounding.decimals", "modelAliases[0]", "modelAliases[2]", "modelAliases[3]", "contract", "tenants", "markupPercent", "rates");

    [Fact]
    public void A_scope_is_whole_or_refused()
    {
        Refuse(Good with { Contract = "c" }, "tenants");
        Refuse(Good with { Tenants = ["acme"] }, "contract");
        Refuse(Good with { Contract = "c", Tenants = ["acme", " x", "acme"] }, "tenants[1]", "tenants[2]");
        Refuse(Good with { Tenant = "" }, "tenant");
    }

    [Fact]
    public void An_end_that_nobody_named_needs_no_word_about_what_follows() =>
        Refuse(Good with { EndsWithoutSuccessor = true }, "endsWithoutSuccessor");

    [Fact]
    public void An_end_before_the_start_of_the_day_on_which_a_card_begins_is_refused() =>
        Refuse(Good with { From = null, To = Start.AddDays(-1) }, "to");

    [Fact]
    public void A_markup_takes_neither_rates_nor_discounts_nor_free_units()
    {
        Refuse(
            Good with { MarkupPercent = 20m, Discounts = [new SetDiscount("batch", 50m)], FreeUnitsPerMonth = [new SetFreeUnits("output", 1)] },
            "rates", "discounts", "freeUnitsPerMonth");
        Refuse(Good with { Rates = [], MarkupPercent = -1m }, "markupPercent");
        Refuse(Good with { Rates = [] }, "rates");
        Assert.Equal(9m, (Good with { Rates = [], MarkupPercent = 20m }).Decide(Start).ChargeForCost(7.5m));
    }

    [Fact]
    public void A_discount_that_would_need_more_than_sixteen_decimals_is_refused_with_what_to_do()
    {
        var refused = Assert.Throws<RejectedException>(() =>
            (Good with { Rates = [new SetRate("output", 0.0000000000000001m, null)], Discounts = [new SetDiscount("batch", 50m)] }).Decide(Start));

        Assert.Equal("discounts[0].percent", Assert.Single(refused.Rejections).Field);
        Assert.Contains("give batch rates of its own", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_cards_say_the_same_in_whatever_order_they_say_it()
    {
        var one = Full(["a", "b"], ["acme", "globex"]).Decide(Start);
        var other = Full(["b", "a"], ["globex", "acme"]) with { };

        Assert.True(one.SaysTheSameAs((other with { Rates = [.. other.Rates.Reverse()] }).Decide(Start)));
        Assert.All(
            new[]
            {
                other with { To = Start.AddDays(9) }, other with { ModelAliases = ["a"] }, other with { Tenants = ["acme"] },
                other with { Discounts = [] }, other with { FreeUnitsPerMonth = [new SetFreeUnits("output", 6)] }, other with { Currency = "EUR" },
                other with { Rounding = null }, other with { Rates = [other.Rates[0]] }, other with { From = Start.AddDays(1) },
            },
            different => Assert.False(one.SaysTheSameAs(different.Decide(Start))));

        static SetRateCard Full(string[] aliases, string[] tenants) => Good with
        {
            To = Start.AddDays(8),
            ModelAliases = aliases,
            Contract = "c",
            Tenants = tenants,
            Rates = [new SetRate("output", null, 4m), new SetRate("output", null, 3m, VolumeAboveUnits: 10)],
            Discounts = [new SetDiscount("batch", 50m)],
            FreeUnitsPerMonth = [new SetFreeUnits("output", 5)],
            Rounding = new Rounding(2, RoundingMode.HalfEven),
        };
    }

    [Theory]
    [InlineData(RoundingMode.HalfEven, 2, "0.125", "0.12")]
    [InlineData(RoundingMode.HalfEven, 2, "0.135", "0.14")]
    [InlineData(RoundingMode.HalfUp, 2, "0.125", "0.13")]
    [InlineData(RoundingMode.HalfUp, 0, "0.4999", "0")]
    [InlineData(RoundingMode.Up, 2, "0.1200000000000001", "0.13")]
    [InlineData(RoundingMode.Up, 2, "0.12", "0.12")]
    public void A_charge_is_rounded_as_declared(RoundingMode mode, int decimals, string charge, string rounded)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        Assert.Equal(decimal.Parse(rounded, culture), new Rounding(decimals, mode).Of(decimal.Parse(charge, culture)));
    }

    private static void Refuse(SetRateCard card, params string[] fields) =>
        Assert.Equal(fields, Assert.Throws<RejectedException>(() => card.Decide(Start)).Rejections.Select(r => r.Field));
}
