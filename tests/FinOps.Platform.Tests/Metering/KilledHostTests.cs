using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Metering;

/// <summary>A host that is killed or stopped in the middle of a publish loses nothing and doubles nothing.</summary>
public sealed class KilledHostTests
{
    private const int Records = 30_000;

    [Fact]
    public async Task Totals_are_exact_after_kills_and_a_stop_in_the_middle_of_a_publish_and_a_second_publish_of_the_same_file()
    {
        await using var platform = await ShippedPlatform.CreateAsync();
        var (file, tokens) = await platform.UsageFileAsync(Records);
        var place = new ServedPlace("all", "localhost");
        var host = await platform.ServeReadyAsync(place);
        var publisher = platform.Run("publish", file, "--lanes", "4", "--batch", "50");
        foreach (var (share, signal) in new[] { (0.2, "KILL"), (0.4, "TERM"), (0.6, "KILL") })
        {
            await Eventually.SeeAsync(platform.CountedAsync, counted => counted > Records * share);
            await host.EndAsync(signal);
            host = await platform.ServeReadyAsync(place);
        }

        var first = await ShippedPlatform.SummaryAsync(publisher);
        var second = await ShippedPlatform.SummaryAsync(platform.Run("publish", file));

        Assert.Equal((Records, Records), (first.Read, first.Accepted + first.Duplicates));
        Assert.Equal((Records, 0, Records), (second.Read, second.Accepted, second.Duplicates));
        Assert.Equal(Records, await platform.CountedAsync());
        Assert.Equal((Records, tokens), await platform.ShownAsync(place));
        Assert.Equal(0, await platform.NumberAsync("select count(*) from finops.dead_letter"));
    }
}
