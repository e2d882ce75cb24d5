using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;

namespace FinOps.Platform.Tests.Metering;

/// <summary>No two lanes hold one meter, and nobody is overtaken by his own later records.</summary>
public sealed class WaitingFlushesTests
{
    private static readonly Meter Meter = new(new TenantId("t"), new ModelId("m"));

    private readonly WaitingFlushes waiting = new();
    private readonly MeterBelief one = Believing.Nothing;
    private readonly MeterBelief other = Believing.Nothing;

    [Fact]
    public async Task A_lane_takes_all_that_waits_in_order_several_of_one_meter_too()
    {
        await AddAsync((one, "1"), (other, "2"), (one, "3"));

        Assert.Equal(["1", "2", "3"], Ids(waiting.Take(0)));
        Assert.Empty(waiting.Take(0));
    }

    [Fact]
    public async Task What_another_lane_writes_is_left_and_goes_first_when_it_was_released()
    {
        await AddAsync((one, "1"));
        var first = waiting.Take(0);
        await AddAsync((one, "2"), (other, "3"), (one, "4"));

        var second = waiting.Take(1);
        Assert.Equal(["3"], Ids(second));
        Assert.Empty(waiting.Take(2));
        await AddAsync((other, "5"), (one, "6"));
        waiting.Release(first);

        Assert.Equal(["2", "4", "6"], Ids(waiting.Take(0)));
        waiting.Release(second);
        Assert.Equal(["5"], Ids(waiting.Take(2)));
    }

    [Fact]
    public async Task Who_waits_for_something_is_told_when_what_was_left_is_free()
    {
        await using var something = waiting.SomethingAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await AddAsync((one, "1"));
        Assert.True(await something.MoveNextAsync());
        var held = waiting.Take(1);
        await AddAsync((one, "2"));
        Assert.True(await something.MoveNextAsync());
        Assert.Empty(waiting.Take(0));

        var told = something.MoveNextAsync();
        Assert.False(told.IsCompleted);
        waiting.Release(held);
        Assert.True(await told);
        Assert.Equal(["2"], Ids(waiting.Take(0)));
    }

    [Fact]
    public async Task A_commit_ends_with_the_flush_that_fills_it()
    {
        foreach (var _ in Enumerable.Range(0, 3)) await waiting.AddAsync(new MeterFlush(Meter, [.. Enumerable.Repeat(Pending.Of(Meter, "x"), Limits.RecordsPerCommit / 2)], one));

        Assert.True(waiting.IsEnough);
        Assert.Equal(2, waiting.Take(0).Count);
        Assert.False(waiting.IsEnough);
        Assert.Single(waiting.Take(0));
    }

    [Fact]
    public async Task What_no_lane_took_is_handed_out_at_the_end_and_nothing_more_comes_in()
    {
        await AddAsync((one, "1"));
        waiting.Take(1);
        await AddAsync((one, "2"), (other, "3"));
        waiting.Take(0);
        waiting.Close();

        Assert.Equal(["2"], Ids(waiting.Rest()));
        await Assert.ThrowsAsync<System.Threading.Channels.ChannelClosedException>(() => AddAsync((one, "4")));
    }

    private async Task AddAsync(params (MeterBelief Belief, string Id)[] flushes)
    {
        foreach (var (belief, id) in flushes) await waiting.AddAsync(new MeterFlush(Meter, [Pending.Of(Meter, id)], belief));
    }

    private static IEnumerable<string> Ids(List<MeterFlush> flushes) => flushes.Select(f => f.Records[0].Record.Id);
}
