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
    public void Bad_targets_are_refused_with_every_field_named()
    {
        var refused = Assert.Throws<RejectedException>(() => new SetTarget("", "", Start.AddMinutes(14), -1m, "").Decide(Start));

        Assert.Equal(["fleet", "model", "currency", "costPerMillionTokens", "from"], refused.Rejections.Select(r => r.Field));
    }

    private static Target Set(int day, decimal cost) => new SetTarget("f1", "m", Start.AddDays(day), cost, "USD").Decide(Start);

    private static decimal? At(TargetBook book, int day) =>
        book.At(new FleetId("f1"), new ModelId("m"), QuarterHour.Holding(Start.AddDays(day)))?.CostPerMillionTokens.Amount;
}
