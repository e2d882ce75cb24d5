using FinOps.Domain.Targets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Targets;

public sealed class TargetBookTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_target_holds_from_its_date_for_its_fleet_and_model()
    {
        var book = new TargetBook([Set(0, 2m), Set(1, 3m), Set(1, 4m)]);

        Assert.Equal([null, 2m, 4m], new[] { -1, 0, 1 }.Select(d => At(book, d)));
        Assert.Null(book.At(new FleetId("f2"), new ModelId("m"), QuarterHour.Holding(Start)));
        Assert.True(book.HasAny(new FleetId("f1"), QuarterHour.Holding(Start)));
        Assert.False(book.HasAny(new FleetId("f1"), QuarterHour.Holding(Start.AddTicks(-1))));
    }

    [Fact]
    public void A_version_counts_the_targets_of_a_fleet_and_model_as_they_were_recorded()
    {
        Target[] recorded = [Set(1, 3m), Set(0, 2m), Set(1, 4m), Set(0, 2m) with { Model = new ModelId("n") }];

        var book = new TargetBook(recorded);

        Assert.Equal([2, 3, 1], book.All.Select(book.VersionOf));
    }

    [Fact]
    public void A_fleet_is_reckoned_with_as_many_accelerators_as_its_modelled_targets_have_by_then()
    {
        var later = Modelled.Target("f1", "n") with { From = Start.AddDays(1) };
        var book = new TargetBook([Modelled.Target("f1", "m") with { From = Start }, later, Set(2, 1m)]);

        Assert.Equal([0, 4, 8, 4], new[] { -1, 0, 1, 2 }.Select(d => book.AcceleratorsAt(new FleetId("f1"), QuarterHour.Holding(Start.AddDays(d)))));
    }

    [Fact]
    public void Tokens_weigh_what_the_target_says_and_a_class_that_it_does_not_know_as_its_parent()
    {
        var weights = Modelled.Design.Weights("w");

        Assert.Equal([1m, 0.1m, 1m, 1m, 1m, 4m, 4m, 4m, 0m, 0m], weights.Units);
        Assert.Equal(("w", 29_120_000m, 2m), (weights.Name, Modelled.Design.WorkUnitsPerHour, Modelled.Design.Hours(14.56m)));
    }

    [Fact]
    public void The_kind_tells_where_a_target_comes_from()
    {
        SetTarget command = new("f1", "m", Start, 1m, "USD", TargetKind.Contractual);

        Assert.Equal(
            [TargetKind.Manual, TargetKind.Contractual, TargetKind.Modelled], new[] { Set(0, 1m), command.Decide(Start), Modelled.Target("f1", "m") }.Select(t => t.Kind));
        Assert.Equal("kind_invalid", Assert.Throws<RejectedException>(() => (command with { Kind = TargetKind.Modelled }).Decide(Start)).Rejections.Single().Code);
    }

    [Fact]
    public void Bad_targets_are_refused_with_every_field_named()
    {
        var refused = Assert.Throws<RejectedException>(() => new SetTarget("", "", Start.AddMinutes(14), -1m, "").Decide(Start));

        Assert.Equal(["fleet", "model", "currency", "costPerMillionTokens", "from"], refused.Rejections.Select(r => r.Field));
    }

    private static Target Set(int day, decimal cost) => new SetTarget("f1", "m", Start.AddDays(day), cost, "USD").Decide(Start);

    private static decimal? At(TargetBook book, int day) =>
        book.At(new FleetId("f1"), new ModelId("m"), QuarterHour.Holding(Start.AddDays(day)))?.CostPerMillionTokens.Amount;
}
