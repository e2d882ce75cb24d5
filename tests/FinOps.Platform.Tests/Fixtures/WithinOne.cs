using System.Reflection;
using Xunit.v3;

[assembly: FinOps.Platform.Tests.Fixtures.WithinOneDay]

namespace FinOps.Platform.Tests.Fixtures;

/// <summary>
/// For tests that mean one hour or one day of the real clock from their first line to their last: where its end is near they wait for the
/// next, which is seldom. A month ends when a day does.
/// </summary>
internal static class WithinOne
{
    /// <summary>What a test takes on a machine that others keep busy.</summary>
    private static readonly TimeSpan Room = TimeSpan.FromMinutes(3);

    public static Task HourAsync() => OfAsync(TimeSpan.FromHours(1));

    public static Task DayAsync() => OfAsync(TimeSpan.FromDays(1));

    private static async Task OfAsync(TimeSpan length)
    {
        var left = TimeSpan.FromTicks(length.Ticks - (DateTimeOffset.UtcNow.UtcTicks % length.Ticks));
        // It waits for the clock itself: there is no other condition to await.
        if (left < Room) await Task.Delay(left + TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
    }
}

/// <summary>Every test: usage of now is in the day, and the month, in which its budget was made.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class WithinOneDayAttribute : BeforeAfterTestAttribute
{
    // The runner has no way to await what comes before a test.
    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => WithinOne.DayAsync().GetAwaiter().GetResult();
}
