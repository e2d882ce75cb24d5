using FinOps.Domain.Metering;
using FinOps.Simulation.Store;

namespace FinOps.Simulation.Platform;

/// <summary>
/// A commit in one round trip, without a look before: it bets that its meters know their streams and that every record is new, and the
/// server holds it to both.
/// </summary>
internal sealed class UnseenCommit(World world, Host host, int lane)
{
    private static readonly Dictionary<RecordKey, long> NothingCounted = [];

    /// <returns>Raced where one must look first, because nothing was bet or the bet was lost: nothing was written then.</returns>
    public async Task<(AppendAnswer Answer, RecordOutcome[] Outcomes, IReadOnlyDictionary<string, long> Versions)> TryAsync(List<Flush> group, DateTimeOffset recordedAt)
    {
        var pending = group.SelectMany(f => f.Records).ToList();
        var outcomes = LedgerCommit.Decide(world, pending, NothingCounted);
        if (Believed(group) is not { } versions || pending.Exists(p => p.Record.Backfill is not null) || outcomes.Contains(RecordOutcome.Conflict))
            return (AppendAnswer.Raced, outcomes, NoVersions);

        var committing = world.Database.CommitUnseenAsync(
            host.Life, versions, LedgerCommit.News(pending, outcomes), new LedgerWrite(lane, recordedAt, pending, outcomes));
        await host.MayDie(Fault.HostKilledDuringCommit, 0.004);
        var answer = await committing;
        if (answer == AppendAnswer.Appended) await host.MayDie(Fault.HostKilledAfterCommit, 0.004);
        return (answer, outcomes, versions);
    }

    private static IReadOnlyDictionary<string, long> NoVersions { get; } = new Dictionary<string, long>();

    /// <returns>In the order in which their locks are taken; null where a stream is new, or two activations of one meter believe otherwise.</returns>
    private static SortedDictionary<string, long>? Believed(List<Flush> group)
    {
        var versions = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var flush in group)
        {
            foreach (var stream in flush.Streams)
            {
                if (!flush.Versions.TryGetValue(stream, out var version)) return null;
                if (!versions.TryAdd(stream, version) && versions[stream] != version) return null;
            }
        }

        return versions;
    }
}
