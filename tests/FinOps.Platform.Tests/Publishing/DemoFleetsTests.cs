using FinOps.Host.Demo;

namespace FinOps.Platform.Tests.Publishing;

public sealed class DemoFleetsTests
{
    [Fact]
    public void Each_quarter_hour_of_a_day_tells_where_every_accelerator_was_and_shows_every_state()
    {
        const long midnight = 1_767_571_200;
        var day = Enumerable.Range(0, 96).Select(q => DemoFleets.Quarter(midnight + (q * DemoFleets.QuarterSeconds)).ToList()).ToList();

        Assert.All(day, quarter => Assert.Equal(
            [("h100-east", 16m), ("h200-west", 16m), ("l40s-lab", 4m)], quarter.GroupBy(r => r.Fleet).Select(f => (f.Key, f.Sum(r => r.Count)))));
        Assert.Equal(["draining", "loaded", "serving", "unplaced", "warm-up"], day.SelectMany(q => q).Select(r => r.State).Distinct().Order(StringComparer.Ordinal));
        Assert.All(day.SelectMany(q => q), r => Assert.Equal(TimeSpan.FromMinutes(15), r.To - r.From));
    }
}
