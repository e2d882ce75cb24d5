using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using FinOps.Platform.Reratings;
using FinOps.Platform.Targets;
using FinOps.Platform.Targets.Estimates;
using FinOps.Platform.Targets.Facts;
using FinOps.Platform.Tests.Reporting;
using FinOps.Platform.Tests.Reratings;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Targets;

/// <summary>Targets from the physical model in the books: frozen with what they came from, made anew only by a new version from a date.</summary>
public sealed class ModelledTargetsTests
{
    private const string Start = "2026-03-02T00:00Z";
    private const string Later = "2026-03-05T00:00Z";

    [Fact]
    public async Task A_target_takes_the_price_of_its_fleet_and_keeps_what_it_came_from()
    {
        await using var house = await OpenAsync();

        var set = await SetAsync(house, Input());
        var again = await SetAsync(house, Input());

        Assert.Equal((TargetKind.Modelled, 1, "USD"), (set.Kind, set.Version, set.Currency));
        var frozen = set.Modelled!;
        Assert.Equal((2.5m, TargetPriceSource.FleetCost, 8, 0.5m), (frozen.PricePerAcceleratorHour, frozen.PriceSource, frozen.Accelerators, frozen.Utilisation));
        Assert.Equal((1_000m, 250m, 0.2m), (frozen.PromptTokens, frozen.OutputTokens, frozen.CachedPrefixShare));
        Assert.Contains("\"accelerator\":\"H100-SXM-80GB\"", frozen.Inputs, StringComparison.Ordinal);
        Assert.Contains("llama-3-70b on 8 H100-SXM-80GB, TP4", frozen.Deployment, StringComparison.Ordinal);
        // The design's blended cost is that of its own mix: 800 uncached, 200 cached and 250 answer tokens.
        var blended = (800 * frozen.UncachedInput + 200 * frozen.CacheRead + 250 * frozen.Output) / 1_250;
        Assert.Equal(blended, set.CostPerMillionTokens, 11);
        Assert.Equal(1, again.Version);
    }

    [Fact]
    public async Task Neither_facts_nor_prices_move_history_a_refresh_makes_a_version_from_a_date()
    {
        await using var house = await OpenAsync();
        var first = await SetAsync(house, Input());
        await house.UsedAsync("acme", "chat", "f1", "2026-03-02T10:00Z", 1_000_000, 250_000);
        await house.UsedAsync("acme", "chat", "f1", "2026-03-06T10:00Z", 1_000_000, 250_000);
        await house.SizedAsync("f1", Later, null, 24.8m, 8);

        var preview = await Refresh(house).PreviewAsync(CostHouse.At(Later), null, CostHouse.Cancellation);
        var before = await TargetsAsync(house);
        var applied = await Refresh(house).ApplyAsync(CostHouse.At(Later), null, "Prices of March.", "finance", CostHouse.Cancellation);
        var after = await TargetsAsync(house);

        var moved = Assert.Single(preview.Targets);
        Assert.Equal((2.5m, 3.1m, "an accelerator-hour: 3.1 USD instead of 2.5 USD"), (moved.PriceBefore, moved.PriceAfter, moved.Changed[0]));
        Assert.Equal(first.CostPerMillionTokens * 3.1m / 2.5m, moved.CostAfter!.Value, 10);
        Assert.Equal([1], before.Select(t => t.Version));
        Assert.Equal([(1, CostHouse.At(Start)), (2, CostHouse.At(Later))], after.Select(t => (t.Version, t.From)));
        Assert.Equal(moved.CostAfter, applied.Targets[0].CostAfter);
        Assert.Empty((await Refresh(house).PreviewAsync(CostHouse.At(Later), null, CostHouse.Cancellation)).Targets);
        var days = await house.AskAsync(Start, "2026-03-08T00:00Z", [Dimension.Day], models: ["chat"]);
        Assert.Equal([first.CostPerMillionTokens, moved.CostAfter!.Value], days.Rows.Select(r => r.TargetCostPerMillionTokens!.Value));
        var fact = (await house.Books.KnownAsync(CostHouse.Cancellation)).Facts[^1].Fact;
        Assert.Equal(("Prices of March.", "finance"), (fact.Reason, fact.RecordedBy));
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_its_fields_and_nothing_is_recorded()
    {
        await using var house = await OpenAsync();
        var wrong = Input(fleet: "ghost", model: "chat") with { Estimate = new EstimateInput { Model = "llama-3-70b", Accelerator = "H101", PromptTokens = -1, OutputTokens = 250 } };

        var refused = await Assert.ThrowsAsync<RejectedException>(() => SetAsync(house, wrong));
        var unpriced = await Assert.ThrowsAsync<RejectedException>(() => SetAsync(house, Input(fleet: "ghost")));
        var offHour = await Assert.ThrowsAsync<RejectedException>(() => SetAsync(house, Input() with { From = CostHouse.At("2026-03-02T00:15Z"), SetsWorkWeights = true }));
        var byHand = await Assert.ThrowsAsync<RejectedException>(() => TargetMutations.SetTarget(
            new TargetInput { Fleet = "f1", Model = "chat", CostPerMillionTokens = 1, Currency = "USD", Kind = TargetKind.Modelled }, house.Record, house.Books,
            house.Clock, CostHouse.Finance, CostHouse.Cancellation));

        Assert.Equal(["estimate.accelerator", "estimate.promptTokens"], refused.Rejections.Select(r => r.Field));
        Assert.Equal(("price_missing", "estimate.pricePerAcceleratorHour"), (unpriced.Rejections[0].Code, unpriced.Rejections[0].Field));
        Assert.Equal("off_hour", Assert.Single(offHour.Rejections).Code);
        Assert.Equal("kind_invalid", Assert.Single(byHand.Rejections).Code);
        Assert.Empty(await TargetsAsync(house));
    }

    [Fact]
    public async Task A_target_may_set_what_tokens_weigh_on_its_fleet_and_its_price_may_be_given()
    {
        await using var house = await OpenAsync();
        var input = Input() with { SetsWorkWeights = true, Estimate = Input().Estimate with { PricePerAcceleratorHour = 4m, Currency = "USD" } };

        var set = await SetAsync(house, input);
        var weights = (await WorkWeightsQueries.WorkWeights(house.Books, CostHouse.Cancellation)).Single(w => w.Fleet == "f1");
        await house.UsedAsync("acme", "chat", "f1", "2026-03-02T10:00Z", 1_000_000, 0);
        await house.UsedAsync("globex", "chat", "f1", "2026-03-02T10:00Z", 0, 1_000_000);
        var report = await house.AskAsync("2026-03-02T10:00Z", "2026-03-02T11:00Z", [Dimension.Tenant]);

        Assert.Equal((4m, TargetPriceSource.Input, true), (set.Modelled!.PricePerAcceleratorHour, set.Modelled.PriceSource, set.Modelled.SetsWorkWeights));
        Assert.StartsWith("target-chat-", weights.Name, StringComparison.Ordinal);
        Assert.Equal(weights.Name, report.WeightSet);
        Assert.Equal(set.Modelled.Output / set.Modelled.UncachedInput, weights.Weights.Single(w => w.UnitClass == "reasoning").WorkUnits, 10);
        // Shared by the target's own weights, at its own lengths: only what differs in length is left between them.
        Assert.All(report.Rows, r => Assert.NotNull(r.VarianceEffects));
        Assert.Equal(0m, report.Total.VarianceEffects!.Weighting);
    }

    [Fact]
    public async Task A_re_rating_a_what_if_and_the_audit_know_modelled_targets()
    {
        await using var house = await OpenAsync();
        await house.TargetAsync("f1", "chat", Start, 1m);
        await house.UsedAsync("acme", "chat", "f1", "2026-03-02T10:00Z", 1_000_000, 250_000);
        house.Clock.Now = CostHouse.At("2026-03-10T00:00Z");
        var input = new ReratingInput { ModelledTargets = [Input()] };

        var preview = await house.PreviewAsync(input);
        var supposed = await WhatIfQueries.WhatIfAsync(
            new UsageFilter { From = CostHouse.At(Start), To = CostHouse.At("2026-03-03T00:00Z") }, new AssumedInput { ModelledTargets = [Input()] },
            house.Services.GetRequiredService<UnitCostReports>(), house.Books, house.Services.GetRequiredService<FactCatalogue>(), house.Clock, CostHouse.Finance,
            CostHouse.Cancellation);
        var applied = await house.ApplyAsync(input, preview.Digest);
        var changes = await BookChangeQueries.BookChangesAsync(new BookChangeFilter { Rerating = applied.Id }, null, null, house.Books, CostHouse.Cancellation);
        var target = Assert.Single(await TargetsAsync(house));

        Assert.Equal(1.25m, preview.Total.TargetCost.Before);
        Assert.Equal(target.CostPerMillionTokens * 1.25m, preview.Total.TargetCost.After);
        Assert.Equal(target.CostPerMillionTokens, supposed.Assumed.Total.TargetCostPerMillionTokens);
        Assert.Equal((BookSubjectKind.Target, "f1", "chat"), changes.Edges.Select(e => (e.Node.Kind, e.Node.Fleet, e.Node.Model)).Single());
        Assert.Equal((TargetKind.Modelled, 2), (target.Kind, target.Version));
        var refused = await Assert.ThrowsAsync<RejectedException>(() => house.PreviewAsync(new ReratingInput
        {
            ModelledTargets = [Input() with { Estimate = Input().Estimate with { Accelerator = "H101" } }],
        }));
        Assert.Equal("modelledTargets[0].estimate.accelerator", refused.Rejections[0].Field);
    }

    [Fact]
    public async Task A_contractual_target_is_told_as_such()
    {
        await using var house = await OpenAsync();

        var set = await TargetMutations.SetTarget(
            new TargetInput { Fleet = "f1", Model = "chat", From = CostHouse.At(Start), CostPerMillionTokens = 0.25m, Currency = "USD", Kind = TargetKind.Contractual },
            house.Record, house.Books, house.Clock, CostHouse.Finance, CostHouse.Cancellation);

        Assert.Equal((TargetKind.Contractual, 1, null), (set.Kind, set.Version, set.Modelled));
    }

    /// <summary>Fleet f1 has 8 accelerators at 20 an hour.</summary>
    private static async Task<CostHouse> OpenAsync()
    {
        var house = await CostHouse.OpenAsync("2026-03-04T12:00Z");
        await house.SizedAsync("f1", Start, null, 20m, 8);
        return house;
    }

    private static ModelledTargetInput Input(string fleet = "f1", string model = "chat") => new()
    {
        Fleet = fleet,
        Model = model,
        From = CostHouse.At(Start),
        Estimate = new EstimateInput
        {
            Model = "llama-3-70b",
            Accelerator = "H100-SXM-80GB",
            Accelerators = 8,
            TensorParallel = 4,
            Weights = "fp8",
            PromptTokens = 1_000,
            OutputTokens = 250,
            CachedPrefixShare = 0.2,
            Utilisation = 0.5m,
        },
    };

    private static Task<TargetView> SetAsync(CostHouse house, ModelledTargetInput input) => TargetMutations.SetModelledTarget(
        input, house.Record, house.Books, house.Services.GetRequiredService<FactCatalogue>(), house.Clock, CostHouse.Finance, CostHouse.Cancellation);

    private static RefreshTargets Refresh(CostHouse house) => house.Services.GetRequiredService<RefreshTargets>();

    private static Task<IReadOnlyList<TargetView>> TargetsAsync(CostHouse house) => TargetQueries.Targets(
        house.Books, house.Services.GetRequiredService<SeenSeries>(), CostHouse.Finance, CostHouse.Cancellation, fleet: "f1");
}
