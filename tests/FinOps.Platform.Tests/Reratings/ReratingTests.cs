using FinOps.Domain.Values;
using FinOps.Platform.Fleets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reratings;
using FinOps.Platform.Tests.Reporting;

namespace FinOps.Platform.Tests.Reratings;

public sealed class ReratingTests
{
    [Fact]
    public async Task A_preview_tells_what_would_move_for_whom_and_writes_nothing()
    {
        await using var house = await ReratedHouse.OpenAsync();
        var (figures, events) = (await house.FiguresAsync(), await house.EventsAsync());

        var preview = await house.PreviewAsync(ReratedHouse.Dearer());

        Assert.Equal(
            ["acme m f1 2026-03: 2>2.5 7.5>9 6>6", "globex m f1 2026-03: 1>1 2.5>3 4>4", "  f1 2026-03: > 10>12 >"], preview.Rows.Select(Text));
        Assert.Equal((0.5m, 4m, 0m), (preview.Total.Charge.Difference, preview.Total.ActualCost.Difference, preview.Total.TargetCost.Difference));
        Assert.Equal((2, 1, "USD"), (preview.AtomsMoved, preview.IdleHoursMoved, preview.Currency));
        Assert.Equal([BookSubjectKind.FleetCost, BookSubjectKind.RateCard], preview.Facts.Select(f => f.Kind));
        Assert.Equal((CostHouse.At("2026-03-01T00:00Z"), CostHouse.At("2026-03-10T12:45Z")), (preview.From, preview.To));
        Assert.Equal((figures, events), (await house.FiguresAsync(), await house.EventsAsync()));
        Assert.Empty((await house.ReratingsAsync()).Nodes);
    }

    [Fact]
    public async Task After_it_is_applied_figures_are_the_new_ones_and_as_of_before_the_old_ones_to_the_last_digit()
    {
        await using var house = await ReratedHouse.OpenAsync();
        var before = await house.FiguresAsync();
        var preview = await house.PreviewAsync(ReratedHouse.Dearer());

        var applied = await house.ApplyAsync(ReratedHouse.Dearer(), preview.Digest);
        var report = await house.AskAsync("2026-03-02T14:00Z", "2026-03-02T16:00Z", [FinOps.Domain.Reporting.Dimension.Tenant]);

        Assert.Equal([9m, 3m, 12m], report.Rows.Select(r => r.ActualCost));
        Assert.Equal([2.5m, 1m, null], report.Rows.Select(r => r.Charge));
        house.Clock.Now = CostHouse.At("2026-03-20T00:00Z");
        Assert.Equal(before, await house.FiguresAsync("2026-03-10T12:00Z"));
        Assert.NotEqual(before, await house.FiguresAsync("2026-03-10T13:00Z"));
        var listed = Assert.Single((await house.ReratingsAsync()).Nodes);
        Assert.Equal((applied.Id, "finance", "The invoice came.", 2L), (listed.Id, listed.By, listed.Reason, listed.AtomsMoved));
        Assert.Equal((preview.Total, preview.From, preview.To), (listed.Total, listed.From, listed.To));
        Assert.Equal(preview.Facts, listed.Facts);
        var changes = (await house.ChangesAsync(new BookChangeFilter { Rerating = applied.Id })).Nodes.ToList();
        Assert.Equal(preview.Facts, changes.Select(c => new ReratedFact(c.Kind, c.Fleet, c.Model, c.Line, c.From)));
        Assert.All(changes, c => Assert.Equal(("The invoice came.", true, CostHouse.At("2026-03-10T12:30Z")), (c.Reason, c.Backdated, c.RecordedAt)));
    }

    [Fact]
    public async Task Forth_and_back_is_the_identity_and_each_state_can_still_be_asked()
    {
        await using var house = await ReratedHouse.OpenAsync();
        var before = await house.FiguresAsync();

        await house.RerateAsync(ReratedHouse.Dearer());
        var between = await house.FiguresAsync();
        house.Clock.Now = CostHouse.At("2026-03-10T14:30Z");
        var back = await house.RerateAsync(new ReratingInput { RateCards = [ReratedHouse.Card(2m)], FleetCosts = [ReratedHouse.Cost(10m)] });

        Assert.Equal(before, await house.FiguresAsync());
        Assert.Equal((-0.5m, -4m), (back.Total.Charge.Difference, back.Total.ActualCost.Difference));
        house.Clock.Now = CostHouse.At("2026-03-20T00:00Z");
        Assert.Equal(before, await house.FiguresAsync("2026-03-10T12:00Z"));
        Assert.Equal(between, await house.FiguresAsync("2026-03-10T14:00Z"));
        Assert.Equal(2, (await house.ReratingsAsync()).Nodes.Count());
        var second = await house.ReratingsAsync(first: 1, after: (await house.ReratingsAsync(first: 1)).PageInfo.EndCursor);
        Assert.Equal(back.Id, Assert.Single(second.Nodes).Id);
    }

    [Fact]
    public async Task Books_that_moved_since_the_preview_are_not_re_rated()
    {
        await using var house = await ReratedHouse.OpenAsync();
        var digest = (await house.PreviewAsync(ReratedHouse.Dearer())).Digest;
        await house.TargetAsync("f1", "other", "2026-03-01T00:00Z", 1m);
        var events = await house.EventsAsync();

        var refused = await RefusedAsync(() => house.ApplyAsync(ReratedHouse.Dearer(), digest));

        Assert.Equal([("books_moved", "digest")], refused);
        Assert.Equal(events, await house.EventsAsync());
    }

    [Fact]
    public async Task Of_many_who_apply_one_preview_at_once_one_does()
    {
        await using var house = await ReratedHouse.OpenAsync();
        await using var neighbour = house.Neighbour();
        var digest = (await house.PreviewAsync(ReratedHouse.Dearer())).Digest;
        var events = await house.EventsAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                return (await (i % 2 == 0 ? house : neighbour).ApplyAsync(ReratedHouse.Dearer(), digest)).Id;
            }
            catch (RejectedException refused)
            {
                return refused.Rejections[0].Code;
            }
        }));

        Assert.Equal(7, outcomes.Count(o => o == "books_moved"));
        Assert.Equal(events + 3, await house.EventsAsync());
        Assert.Single((await house.ReratingsAsync()).Nodes);
    }

    [Fact]
    public async Task Another_input_than_the_previewed_one_is_refused_and_so_is_one_that_says_nothing_new()
    {
        await using var house = await ReratedHouse.OpenAsync();
        var digest = (await house.PreviewAsync(ReratedHouse.Dearer())).Digest;
        var same = new ReratingInput { RateCards = [ReratedHouse.Card(2m)] };

        Assert.Equal([("digest_mismatch", "digest")], await RefusedAsync(() => house.ApplyAsync(new ReratingInput { RateCards = [ReratedHouse.Card(4m)] }, digest)));
        Assert.Equal([("facts_known", "input")], await RefusedAsync(() => house.RerateAsync(same)));
        Assert.Equal([("facts_missing", "input")], await RefusedAsync(() => house.PreviewAsync(new ReratingInput())));
        Assert.Equal([("reason_invalid", "reason")], await RefusedAsync(() => house.ApplyAsync(ReratedHouse.Dearer(), digest, reason: " ")));
        Assert.Empty((await house.PreviewAsync(same)).Facts);
    }

    [Fact]
    public async Task Every_flaw_of_every_fact_is_told_at_its_place()
    {
        await using var house = await ReratedHouse.OpenAsync();
        var events = await house.EventsAsync();
        var flawed = new ReratingInput
        {
            RateCards = [ReratedHouse.Card(3m), ReratedHouse.Card(-1m, from: "2026-03-01T00:07Z")],
            FleetSizes = [new FleetSizeInput { Fleet = "f2", Accelerator = "", Count = 1, Reason = "" }],
        };
        // f1 has a cost of the whole fleet at that time.
        var twice = new ReratingInput
        {
            FleetSizes = [new FleetSizeInput { Fleet = "f1", From = CostHouse.At(ReratedHouse.Start), Accelerator = "H100", Count = 1 }],
            CostLines =
            [
                new CostLineInput
                {
                    Fleet = "f1", Line = "rent", Kind = FinOps.Domain.Fleets.CostLineKind.OnDemand, From = CostHouse.At(ReratedHouse.Start),
                    Currency = "USD", PricePerAcceleratorHour = 2m,
                },
            ],
        };

        Assert.Equal(
            [
                ("accelerator_invalid", "fleetSizes[0].accelerator"), ("reason_invalid", "fleetSizes[0].reason"),
                ("amount_negative", "rateCards[1].rates[1].perMillion"), ("off_boundary", "rateCards[1].from"),
            ],
            (await RefusedAsync(() => house.PreviewAsync(flawed))).OrderBy(r => r.Field.Split('[')[0], StringComparer.Ordinal).ThenBy(r => r.Code, StringComparer.Ordinal));
        Assert.Equal([("cost_lines_overlap", "costLines[0].from")], await RefusedAsync(() => house.PreviewAsync(twice)));
        Assert.Equal(events, await house.EventsAsync());
    }

    [Fact]
    public async Task A_fleet_that_was_not_known_takes_its_usage_in_with_cost_and_nothing_before_it()
    {
        await using var house = await ReratedHouse.OpenAsync();
        await house.UsedAsync("acme", "m", "f9", "2026-03-02T14:00Z", 1_000, 0);

        var preview = await house.PreviewAsync(new ReratingInput
        {
            FleetCosts = [new FleetCostInput { Fleet = "f9", From = CostHouse.At(ReratedHouse.Start), To = CostHouse.At(ReratedHouse.End), CostPerHour = 1m, Currency = "USD" }],
        });

        Assert.Equal(["acme m f9 2026-03: 0.001>0.001 >1 >", "  f9 2026-03: > >1 >"], preview.Rows.Select(Text));
    }

    private static async Task<IReadOnlyList<(string Code, string Field)>> RefusedAsync(Func<Task> action) =>
        [.. (await Assert.ThrowsAsync<RejectedException>(action)).Rejections.Select(r => (r.Code, r.Field))];

    private static string Text(ReratedRow row) => string.Join(
        ' ', row.Tenant, row.Model, row.Fleet, $"{row.Month}:", Text(row.Charge), Text(row.ActualCost), Text(row.TargetCost));

    private static string Text(MovedAmount amount) =>
        FormattableString.Invariant($"{amount.Before / 1.000000000000000000000000000000m}>{amount.After / 1.000000000000000000000000000000m}");
}
