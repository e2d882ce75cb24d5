using FinOps.Domain.Alerts;

namespace FinOps.Domain.Tests.Alerts;

public sealed class DeliveryDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan[] Schedule = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];

    [Fact]
    public void Delivered_is_done() => Assert.Equal(new NextStep.Done(), After(new DeliveryOutcome.Delivered(204), 1));

    [Fact]
    public void A_failure_waits_as_the_schedule_says_and_dies_after_its_last_wait()
    {
        var failed = new DeliveryOutcome.Failed("timeout", null, null);

        Assert.Equal(new NextStep.RetryAt(Now.AddSeconds(5)), After(failed, 1));
        Assert.Equal(new NextStep.RetryAt(Now.AddSeconds(30)), After(failed, 2));
        Assert.Equal(new NextStep.Dead("timeout"), After(failed, 3));
    }

    [Fact]
    public void What_will_not_go_better_is_not_tried_again() =>
        Assert.Equal(new NextStep.Dead("gone"), After(new DeliveryOutcome.Refused("gone", 410), 1));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(20, 20)]
    [InlineData(999_999, 3_600)]
    public void A_receiver_that_asks_for_rest_gets_it_up_to_a_limit(int askedSeconds, int waitSeconds)
    {
        var busy = new DeliveryOutcome.Failed("status", 503, TimeSpan.FromSeconds(askedSeconds));

        Assert.Equal(new NextStep.RetryAt(Now.AddSeconds(waitSeconds)), After(busy, 1));
    }

    private static NextStep After(DeliveryOutcome outcome, int attempt) =>
        DeliveryDecision.After(outcome, attempt, Schedule, TimeSpan.FromHours(1), Now);
}
