using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;

namespace FinOps.Platform.Tests.Metering;

/// <summary>What an activation makes of what its commits answered.</summary>
public sealed class MeterBeliefTests
{
    private static readonly Meter Meter = new(new TenantId("t"), new ModelId("m"));

    private readonly Dictionary<string, long> versions = new() { [MeterMonth.Of(Pending.Of(Meter, "1").Record).StreamId] = 7 };

    [Fact]
    public void Two_flushes_of_one_commit_grow_a_meter_once()
    {
        var belief = Believing.In(versions);
        foreach (var result in Committed(Flush(belief, "1", "2"), Flush(belief, "3"))) belief.Take(result);

        Assert.Equal(8, Assert.Single(belief.State!.Versions).Value);
        Assert.Equal((3, 3), (belief.State.Totals.Records, belief.State.Totals.Quantities[UnitClass.Output]));
    }

    [Fact]
    public void Two_activations_in_one_commit_read_again_because_neither_knows_what_the_other_had_read()
    {
        var (one, other) = (Believing.In(versions), Believing.In(versions));
        var results = Committed(Flush(one, "1"), Flush(other, "2"));
        one.Take(results[0]);
        other.Take(results[1]);

        Assert.All(new[] { one, other }, b => Assert.Null(b.State));
    }

    [Fact]
    public void A_stale_or_failed_flush_makes_forget_and_an_unread_one_keeps_what_was_read_since()
    {
        foreach (var (result, isForgotten) in new (FlushResult, bool)[]
        {
            (FlushResult.Stale.Instance, true), (new FlushResult.Failed(new TimeoutException()), true), (FlushResult.Unread.Instance, false),
        })
        {
            var belief = Believing.In(versions);
            belief.Take(result);
            Assert.Equal(isForgotten, belief.State is null);
        }
    }

    [Fact]
    public void What_is_read_counts_only_where_nothing_is_believed()
    {
        var (belief, read) = (Believing.In(versions), new MeterState(new Dictionary<string, long>(), new MeterTotals(9, 0, 0, Quantities.Zero)));
        belief.Learn(read);
        Assert.NotSame(read, belief.State);

        belief.Take(FlushResult.Stale.Instance);
        belief.Learn(read);
        Assert.Same(read, belief.State);
    }

    private IReadOnlyList<FlushResult> Committed(params MeterFlush[] flushes) =>
        new LedgerGroup(flushes, new RecordOutcome[flushes.Sum(f => f.Records.Count)]).Results(versions);

    private static MeterFlush Flush(MeterBelief belief, params string[] ids) => new(Meter, Array.ConvertAll(ids, id => Pending.Of(Meter, id)), belief);
}
