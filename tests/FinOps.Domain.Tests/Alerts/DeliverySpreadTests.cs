using FinOps.Domain.Alerts;

namespace FinOps.Domain.Tests.Alerts;

public sealed class DeliverySpreadTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_wait_is_spread_over_a_tenth_more_and_never_shortened()
    {
        DateTimeOffset At(double spread) => ((NextStep.RetryAt)DeliveryDecision.After(
            new DeliveryOutcome.Failed("timeout", null, null), 1, [TimeSpan.FromSeconds(300)], TimeSpan.FromHours(1), Now, spread)).At;

        Assert.Equal((Now.AddSeconds(300), Now.AddSeconds(315), Now.AddSeconds(330)), (At(0), At(0.5), At(1)));
    }

    [Fact]
    public void Each_try_has_its_own_spread_and_always_the_same()
    {
        var spreads = Enumerable.Range(1, 1_000).Select(i => DeliveryDecision.SpreadOf($"alert_{i}", 1)).ToList();

        Assert.Equal(spreads, Enumerable.Range(1, 1_000).Select(i => DeliveryDecision.SpreadOf($"alert_{i}", 1)));
        Assert.All(spreads, s => Assert.InRange(s, 0, 1));
        // Evenly enough that no tenth of the time holds a fifth of them.
        Assert.All(spreads.GroupBy(s => (int)(s * 10)), tenth => Assert.True(tenth.Count() < 200));
        Assert.NotEqual(DeliveryDecision.SpreadOf("a", 1), DeliveryDecision.SpreadOf("a", 2));
    }
}
