using System.Text.Json;
using FinOps.Contracts;
using FinOps.Host.Demo;
using FinOps.Host.Publishing;

namespace FinOps.Platform.Tests.Publishing;

public sealed class DemoCallsTests
{
    // A Monday, from midnight.
    private const long Midnight = 1_767_571_200;

    [Fact]
    public void The_same_seed_makes_the_same_calls_and_another_seed_others()
    {
        Assert.Equal(Text(7), Text(7));
        Assert.NotEqual(Text(7), Text(8));

        static string Text(int seed)
        {
            var batch = new UsageReported { BatchId = "b", Source = "demo", Records = [.. Sent(new DemoCalls(seed, 100), Midnight, 60)] };
            return JsonSerializer.Serialize(batch, UsageJson.Default.UsageReported);
        }
    }

    [Fact]
    public void A_second_does_not_depend_on_where_the_demo_started()
    {
        var early = Sent(new DemoCalls(1, 100), Midnight, 30).ToLookup(r => r.OccurredAt.ToUnixTimeSeconds(), r => r.Id);
        var late = Sent(new DemoCalls(1, 100), Midnight + 20, 10).ToLookup(r => r.OccurredAt.ToUnixTimeSeconds(), r => r.Id);

        Assert.Equal(early[Midnight + 25].Distinct(), late[Midnight + 25].Distinct());
    }

    [Fact]
    public void A_record_sent_twice_is_the_same_record_and_ids_are_otherwise_unique()
    {
        var twice = Day().GroupBy(r => (r.Tenant, r.Source, r.Id)).Where(g => g.Count() > 1).ToList();

        Assert.NotEmpty(twice);
        Assert.All(twice, g => Assert.Single(g.Select(Json).Distinct()));
        Assert.All(twice, g => Assert.Equal(2, g.Count()));

        static string Json(UsageRecord record) => JsonSerializer.Serialize(record, UsageJson.Default.UsageRecord);
    }

    [Fact]
    public void One_fleet_is_nearly_idle_and_none_is_silent()
    {
        var byFleet = Day().CountBy(r => r.Fleet!).ToDictionary();
        var all = byFleet.Values.Sum();

        Assert.Equal(["h100-east", "h200-west", "l40s-lab"], byFleet.Keys.Order());
        Assert.InRange(byFleet["l40s-lab"], 1, all / 100);
    }

    [Fact]
    public void Some_calls_fail_some_reason_and_some_read_a_cache()
    {
        var day = Day().ToList();

        Assert.Contains(day, r => r.Status == "failed" && r.Quantities[UnitClasses.Output] == 0);
        Assert.Contains(day, r => r.Quantities.GetValueOrDefault(UnitClasses.Reasoning) > 0);
        Assert.Contains(day, r => r.Quantities.GetValueOrDefault(UnitClasses.CacheRead) > 0);
        Assert.Contains(day, r => r.Quantities.GetValueOrDefault(UnitClasses.Image) > 0);
        Assert.Equal(["acme", "globex", "initech", "umbrella"], day.Select(r => r.Tenant).Distinct().Order());
        Assert.All(day, r => Assert.All(r.Quantities.Values, quantity => Assert.True(quantity >= 0)));
    }

    [Fact]
    public void The_day_has_a_rhythm_and_its_mean_is_the_rate()
    {
        var calls = new DemoCalls(1, 20);
        var (busy, quiet) = (Acme(hour: 15), Acme(hour: 3));

        Assert.True(busy > 2 * quiet, $"15:00 {busy}, 03:00 {quiet}");
        Assert.InRange(Day().Count() / (24 * 60.0), 15, 26);

        int Acme(int hour) => Sent(calls, Midnight + (hour * 3600), 600).Count(r => r.Tenant == "acme");
    }

    /// <summary>One minute of each hour, and the first second of the next so that what is sent twice is there twice.</summary>
    private static IEnumerable<UsageRecord> Day()
    {
        var calls = new DemoCalls(1, 20);
        return Enumerable.Range(0, 24).SelectMany(hour => Sent(calls, Midnight + (hour * 3600), 60));
    }

    private static IEnumerable<UsageRecord> Sent(DemoCalls calls, long from, int seconds) =>
        Enumerable.Range(0, seconds).SelectMany(second => calls.Sent(from + second));
}
