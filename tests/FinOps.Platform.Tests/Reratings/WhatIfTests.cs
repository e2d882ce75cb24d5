using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Fleets;
using FinOps.Platform.Reporting;
using FinOps.Platform.Targets.Facts;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reratings;

public sealed class WhatIfTests
{
    [Fact]
    public async Task What_is_supposed_gives_the_figures_that_setting_it_would_give_and_touches_nothing()
    {
        await using var house = await ReratedHouse.OpenAsync();
        var (figures, events) = (await house.FiguresAsync(), await house.EventsAsync());
        var dearer = ReratedHouse.Dearer();

        var answer = await AskAsync(house, new AssumedInput { RateCards = dearer.RateCards, FleetCosts = dearer.FleetCosts });

        Assert.Equal(figures, ReratedHouse.Text(answer.Actual));
        Assert.Equal((figures, events), (await house.FiguresAsync(), await house.EventsAsync()));
        await house.RerateAsync(dearer);
        Assert.Equal(await house.FiguresAsync(), ReratedHouse.Text(answer.Assumed));
        Assert.Equal((4m, 0.5m), (answer.Total.ActualCost, answer.Total.Charge));
        Assert.Equal(
            answer.Assumed.Rows.Zip(answer.Actual.Rows, (after, before) => ((after.ActualCost ?? 0) - (before.ActualCost ?? 0), (after.Charge ?? 0) - (before.Charge ?? 0))),
            answer.Differences.Select(d => (d.ActualCost, d.Charge)));
    }

    [Fact]
    public async Task Other_work_weights_share_the_same_cost_otherwise_under_their_name()
    {
        await using var house = await ReratedHouse.OpenAsync();

        var answer = await AskAsync(
            house, new AssumedInput { WorkWeights = [Weights("by tokens", c => c == UnitClass.Output ? 1m : c.DeclaredWorkUnits)] }, [Dimension.Tenant]);

        // 1.5 of 2.5 million tokens instead of 3 of 4 million work units.
        Assert.Equal([7.5m, 2.5m, 10m], answer.Actual.Rows.Select(r => r.ActualCost));
        Assert.Equal([6m, 4m, 10m], answer.Assumed.Rows.Select(r => r.ActualCost));
        Assert.Equal([-1.5m, 1.5m, 0m], answer.Differences.Select(d => d.ActualCost));
        Assert.Equal(("declared-1", "by tokens", 0m), (answer.Actual.WeightSet, answer.Assumed.WeightSet, answer.Total.ActualCost));
    }

    [Fact]
    public async Task A_row_that_only_one_side_has_stands_among_the_differences()
    {
        await using var house = await ReratedHouse.OpenAsync();
        var night = new FleetCostInput { Fleet = "f2", From = CostHouse.At(ReratedHouse.Start), To = CostHouse.At(ReratedHouse.End), CostPerHour = 3m, Currency = "USD" };

        var answer = await AskAsync(house, new AssumedInput { FleetCosts = [night] }, [Dimension.Fleet]);

        Assert.Equal([("f1", 0m), ("f1", 0m), ("f2", 6m)], answer.Differences.Select(d => (d.Fleet!, d.ActualCost)));
        Assert.Equal(RowKind.Idle, answer.Differences[^1].Kind);
    }

    [Fact]
    public async Task Weights_that_are_none_are_refused_field_by_field()
    {
        await using var house = await ReratedHouse.OpenAsync();
        var flawed = Weights("", c => c == UnitClass.Output ? -1m : 1m);

        var refused = await Assert.ThrowsAsync<RejectedException>(() => AskAsync(house, new AssumedInput { WorkWeights = [flawed] }));

        Assert.Equal(
            ["workWeights[0].name", $"workWeights[0].weights[{UnitClass.Output.Ordinal}].workUnits"], refused.Rejections.Select(r => r.Field));
    }

    [Fact]
    public async Task A_credential_that_is_narrowed_sees_no_more_than_in_the_report_itself()
    {
        await using var house = await ReratedHouse.OpenAsync();
        var narrowed = new Viewer("desk", ViewerRole.Finance, [new TenantId("acme")], SeesCost: false);

        var answer = await AskAsync(house, new AssumedInput { RateCards = [ReratedHouse.Card(3m)] }, [Dimension.Tenant], narrowed);

        Assert.Equal([("acme", 0m, 0.5m)], answer.Differences.Select(d => (d.Tenant!, d.ActualCost, d.Charge)));
        Assert.All(answer.Assumed.Rows, r => Assert.Null(r.ActualCost));
    }

    private static Task<WhatIfReport> AskAsync(CostHouse house, AssumedInput assume, Dimension[]? groupBy = null, Viewer? viewer = null) =>
        WhatIfQueries.WhatIfAsync(
            new UsageFilter { From = CostHouse.At("2026-03-01T00:00Z"), To = CostHouse.At("2026-03-03T00:00Z") }, assume,
            house.Services.GetRequiredService<UnitCostReports>(), house.Books, house.Services.GetRequiredService<FactCatalogue>(), house.Clock, viewer ?? CostHouse.Finance, CostHouse.Cancellation,
            groupBy ?? ReratedHouse.ByAtom);

    private static WorkWeightsInput Weights(string name, Func<UnitClass, decimal> units) => new()
    {
        Name = name,
        From = CostHouse.At(ReratedHouse.Start),
        Weights = [.. UnitClass.All.Select(c => new WorkWeightInput { UnitClass = c.Name, WorkUnits = units(c) })],
    };
}
