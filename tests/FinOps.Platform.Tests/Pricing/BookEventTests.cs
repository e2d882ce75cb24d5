using System.Text.Json;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Platform.Fleets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Pricing;

/// <summary>Books that were written by version 1 fold into the same facts for ever.</summary>
public sealed class BookEventTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    [Fact]
    public void Stored_facts_fold_into_the_books()
    {
        var books = BookEvents.Fold(
            [Read<RateCardSet>("rate_card_set_v1"), Read<FleetCostSet>("fleet_cost_set_v1"), Read<TargetSet>("target_set_v1")]);

        var november = QuarterHour.Holding(new DateTimeOffset(2023, 11, 16, 18, 0, 0, TimeSpan.Zero));
        var fleet = new FleetId("f1");
        var model = new ModelId("azure-conv");
        Assert.Equal(0.0000024000000001m, books.Rates.At(model, november)!.Rates[UnitClass.Output].PerUnit);
        Assert.Equal(10.000000000001m, books.Fleets.OfHour(fleet, november.Hour)!.Cost.Amount);
        Assert.Equal(("H100", 4), (books.Fleets.At(fleet, november)!.Accelerator, books.Fleets.At(fleet, november)!.Count));
        Assert.Equal(0.4m, books.Targets.At(fleet, model, november)!.CostPerMillionTokens.Amount);
        Assert.Null(books.Fleets.At(fleet, QuarterHour.Holding(new DateTimeOffset(2023, 12, 1, 0, 0, 0, TimeSpan.Zero))));
    }

    [Fact]
    public void A_card_that_says_everything_folds_into_what_it_said()
    {
        var card = Assert.Single(BookEvents.Fold([Read<RateCardSet>("rate_card_set_v1"), Read<RateCardSet>("rate_card_set_v1.full")]).Rates
            .Cards(new ModelId("azure-conv")), c => c.Version == 2);

        Assert.Equal((5, 2, true), (card.Terms.Rows.Count, card.Terms.Aliases.Count, card.Terms.EndsWithoutSuccessor));
        Assert.Equal(new CardScope.OfContract("enterprise", [new TenantId("acme"), new TenantId("globex")]), card.Terms.Scope);
        Assert.Equal((50m, 1_000_000L), (card.Terms.Discounts[ServiceTier.Batch], card.Terms.FreeUnitsPerMonth[UnitClass.Output]));
        Assert.Equal(new Rounding(2, RoundingMode.HalfEven), card.Terms.Rounding);
        Assert.Equal(0.0000012m, Assert.IsType<Price.Priced>(card.PriceOf(UnitClass.UncachedInput, RateClass.Parse("256k"))).Rate.PerUnit);
    }

    [Fact]
    public void An_event_that_is_none_of_the_books_is_not_passed_over() =>
        Assert.Throws<InvalidOperationException>(() => BookEvents.Fold(["something else"]));

    private static T Read<T>(string alias) =>
        JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(Repository.Root, "tests/FinOps.Platform.Tests/Fixtures/Events", $"{alias}.json")), Json)!;
}
