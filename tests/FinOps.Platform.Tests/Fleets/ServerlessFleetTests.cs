using System.Globalization;
using FinOps.Domain.Fleets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Fleets;
using FinOps.Platform.Reconciliation;
using FinOps.Platform.Reporting;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Fleets;

/// <summary>A fleet paid by the token, 0.50 a million in and 2 a million out, beside one of accelerators at 10 an hour.</summary>
public sealed class ServerlessFleetTests
{
    [Fact]
    public async Task Tokens_carry_their_own_cost_and_every_report_says_the_same()
    {
        await using var house = await HouseAsync();

        var report = await house.AskAsync("2026-03-01T00:00:00Z", "2026-03-01T03:00:00Z", [Dimension.Tenant], fleets: ["s"]);
        Assert.Equal([("acme", 1.2m), ("globex", 0.5m)], report.Rows.Select(r => (r.Tenant, r.ActualCost!.Value))!);
        var cost = await FleetCostQueries.FleetCost(
            CostHouse.At("2026-03-01"), CostHouse.At("2026-03-01T03:00:00Z"), house.Books, house.Clock, house.Services.GetRequiredService<TokenCosts>(), CostHouse.Cancellation, ["s"], Dimension.Hour);
        Assert.Equal(
            [("2026-03-01T00:00+00:00", "tokens", CostLineKind.Serverless, 1.2m), ("2026-03-01T02:00+00:00", "tokens", CostLineKind.Serverless, 0.5m)],
            cost.Rows.Select(r => (r.BucketLabel!.Replace("Z", "+00:00", StringComparison.Ordinal), r.Line, r.Kind, r.Cost)));
        Assert.Equal((1.7m, "USD"), (cost.Total, cost.Currency));
        var where = new UsageFilter { From = CostHouse.At("2026-03-01"), To = CostHouse.At("2026-03-02") };
        var balance = await (await ReconciliationQueries.ReconciliationAsync(where, house.Database, CostHouse.Finance, CostHouse.Cancellation))
            .Allocation(house.Services.GetRequiredService<CompareAllocation>(), house.Database, CostHouse.Cancellation);
        Assert.True(balance.IsBalanced);
        Assert.Equal([("own", 240m, 10m, 230m), ("s", 1.7m, 1.7m, 0m)], balance.Fleets.Select(f => (f.Fleet, f.FleetCost, f.Usage, f.Idle)));
    }

    [Fact]
    public async Task The_line_is_shown_as_set_and_again_changes_nothing()
    {
        await using var house = await HouseAsync();
        await LineAsync(house);

        var fleet = (await FleetQueries.Fleets(house.Books, house.Services.GetRequiredService<SeenSeries>(), house.Services.GetRequiredService<FleetSigns>(), house.Clock, CostHouse.Finance, CostHouse.Cancellation)).Single(f => f.Id == "s");
        var line = fleet.CostLines.Single();
        Assert.Equal((CostLineKind.Serverless, "m", "uncachedInput 0.5, output 2"), (line.Kind, line.Models!.Single(), string.Join(", ", line.Prices!.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.UnitClass} {p.PerMillion}")))));
        await using var count = house.Database.CreateCommand("select events from finops.book_stream where stream = 'fleet/s'");
        Assert.Equal(1L, await count.ExecuteScalarAsync(CostHouse.Cancellation));
    }

    [Fact]
    public async Task Buying_is_compared_with_building_for_the_same_tokens()
    {
        await using var house = await HouseAsync();
        await house.RateAsync("sold", "2026-03-01T00:00:00Z", 1m, 1m);

        var report = await BuyOrBuildQueries.BuyOrBuild(
            new UsageFilter { From = CostHouse.At("2026-03-01"), To = CostHouse.At("2026-03-01T04:00:00Z"), Fleets = ["own"] },
            [
                new ServerlessOfferInput { Name = "by the million", Currency = "USD", Prices = [new TokenPriceInput { UnitClass = "uncachedInput", PerMillion = 2m }, new TokenPriceInput { UnitClass = "output", PerMillion = 8m }] },
                new ServerlessOfferInput { Name = "by the card", Model = "sold" },
            ],
            house.Services.GetRequiredService<BuyOrBuildReports>(), CostHouse.Finance, CostHouse.Cancellation, [Dimension.Tenant]);

        // 4 million in and 1 million out on a fleet of 10 an hour, three of whose four hours are idle.
        var (used, idle) = (report.Rows.Single(r => r.Usage.Tenant == "acme"), report.Rows.Single(r => r.Usage.Kind == RowKind.Idle));
        Assert.Equal((10m, 16m, 6m, 0.625m), (used.Usage.ActualCost, used.Offers[0].Cost, used.Offers[0].Difference, used.Offers[0].BreakEvenLoad));
        Assert.Equal((30m, 0m, -30m), (idle.Usage.ActualCost, idle.Offers[0].Cost, idle.Offers[0].Difference));
        Assert.Equal((40m, 16m, -24m, 2.5m, 1_250_000m, 3_125_000m), (
            report.Total.Usage.ActualCost, report.Total.Offers[0].Cost, report.Total.Offers[0].Difference, report.Total.Offers[0].BreakEvenLoad, report.Total.TokensPerHour, report.Total.Offers[0].BreakEvenTokensPerHour));
        Assert.Equal((5m, 8m, 1m), (report.Total.Offers[1].Cost, report.Total.Offers[1].BreakEvenLoad, report.Total.Offers[1].CostPerMillionTokens));
        Assert.Equal("USD", report.Currency);
    }

    [Fact]
    public async Task An_offer_in_another_currency_is_refused()
    {
        await using var house = await HouseAsync();

        var refused = await Assert.ThrowsAsync<RejectedException>(() => BuyOrBuildQueries.BuyOrBuild(
            new UsageFilter { From = CostHouse.At("2026-03-01"), To = CostHouse.At("2026-03-01T04:00:00Z") },
            [new ServerlessOfferInput { Name = "euro", Currency = "EUR", Prices = [new TokenPriceInput { UnitClass = "uncachedInput", PerMillion = 2m }, new TokenPriceInput { UnitClass = "output", PerMillion = 8m }] }],
            house.Services.GetRequiredService<BuyOrBuildReports>(), CostHouse.Finance, CostHouse.Cancellation));

        Assert.Equal("currency_mixed", refused.Rejections.Single().Code);
    }

    private static async Task<CostHouse> HouseAsync()
    {
        var house = await CostHouse.OpenAsync("2026-04-01T06:00:00Z");
        await house.FleetAsync("own", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", 10m);
        await LineAsync(house);
        await house.UsedAsync("acme", "m", "s", "2026-03-01T00:15:00Z", 1_200_000, 300_000);
        await house.UsedAsync("globex", "m", "s", "2026-03-01T02:00:00Z", 1_000_000, 0);
        await house.UsedAsync("acme", "m", "own", "2026-03-01T01:00:00Z", 4_000_000, 1_000_000);
        return house;
    }

    private static Task<CostLineView> LineAsync(CostHouse house) => FleetMutations.SetCostLine(
        new CostLineInput
        {
            Fleet = "s",
            Line = "tokens",
            Kind = CostLineKind.Serverless,
            From = CostHouse.At("2026-03-01"),
            Currency = "USD",
            Prices = [new TokenPriceInput { UnitClass = "uncachedInput", PerMillion = 0.5m }, new TokenPriceInput { UnitClass = "output", PerMillion = 2m }],
            Models = ["m"],
        },
        house.Record, house.Clock, CostHouse.Finance, CostHouse.Cancellation);
}
