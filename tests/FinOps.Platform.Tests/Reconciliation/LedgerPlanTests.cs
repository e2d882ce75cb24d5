using FinOps.Domain.Metering;
using FinOps.Platform.Hosting;
using FinOps.Platform.Reconciliation;

namespace FinOps.Platform.Tests.Reconciliation;

public sealed class LedgerPlanTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_stream_is_folded_from_its_start_within_the_period()
    {
        var random = new Random(5);
        var streams = Enumerable.Range(0, 300).Select(i => Checked(i, random.Next(1, 50_000), Start)).ToList();
        var seen = new HashSet<string>();
        var now = Start;
        for (; now < Start + Limits.LedgerFullCheckPeriod; now += Limits.LedgerCheckInterval)
        {
            var plan = LedgerPlan.Of(streams, foldAgain: 0);
            Assert.Equal(0, plan.Pending);
            seen.UnionWith(plan.FromTheStart);
            streams = [.. streams.Select(s => plan.FromTheStart.Contains(s.Id) ? s with { Checked = s.Checked! with { FullyCheckedAt = now } } : s)];
        }

        Assert.Equal(streams.Count, seen.Count);
    }

    [Fact]
    public void What_is_known_to_be_wrong_or_was_never_seen_is_folded_from_its_start_and_first()
    {
        var suspect = Checked(1, 10, Start) with { IsSuspect = true };
        var shrunk = Checked(2, 10, Start) with { Version = 5 };
        var fresh = new LedgerStream("usage/t/m3/2026-03", 7, null, false);
        var plan = LedgerPlan.Of([Checked(4, 90, Start.AddDays(-1)), fresh, shrunk, suspect], foldAgain: 0);
        Assert.Superset(new HashSet<string> { suspect.Id, shrunk.Id, fresh.Id }, plan.FromTheStart.ToHashSet());
        Assert.Equal(suspect.Id, plan.Streams[0].Id);
    }

    [Fact]
    public void More_than_one_check_may_read_waits_for_the_next_but_one_stream_always_goes()
    {
        var large = new LedgerStream("usage/t/m1/2026-03", 1_000, null, false);
        var other = new LedgerStream("usage/t/m2/2026-03", 1_000, null, false);
        var plan = LedgerPlan.Of([large, other], perCheck: 500);
        Assert.Equal((1, 1), (plan.Streams.Count, plan.Pending));
    }

    private static LedgerStream Checked(int number, long version, DateTimeOffset at) =>
        new($"usage/t/m{number}/2026-03", version, new LedgerCheckpoint(version, new LedgerSums(), at), false);
}
