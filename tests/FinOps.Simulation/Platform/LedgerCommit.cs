using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Simulation.Store;

namespace FinOps.Simulation.Platform;

/// <summary>One transaction for many meters, step by step as the platform does it; between any two steps the world may change.</summary>
internal sealed class LedgerCommit(World world, Host host, int lane)
{
    private readonly UnseenCommit unseen = new(world, host, lane);

    // Who sends again sends much again, and then a look is cheaper than a lost bet.
    private bool metKnown;

    public static RecordOutcome[] Decide(World world, List<Pending> pending, IReadOnlyDictionary<RecordKey, long> counted) =>
        world.Mutation == Mutation.NoDedupe ? new RecordOutcome[pending.Count] : DedupeDecision.Decide(pending.ConvertAll(p => p.Digest), counted);

    /// <returns>What is to be claimed, in the keys' order.</returns>
    public static IReadOnlyList<RecordDigest> News(List<Pending> pending, RecordOutcome[] outcomes) =>
        [.. pending.Where((_, i) => outcomes[i] == RecordOutcome.Accepted).Select(p => p.Digest).OrderBy(d => d.Key.High).ThenBy(d => d.Key.Low)];

    /// <returns>A result per flush; null where it failed.</returns>
    public async Task<IReadOnlyList<FlushResult>?> RunAsync(List<Flush> group)
    {
        for (var attempt = 1; attempt <= Sizes.CommitRacesLost; attempt++)
        {
            if (attempt == 1 && !metKnown)
            {
                var bet = await unseen.TryAsync(group, RecordedAt(group));
                if (bet.Answer == AppendAnswer.Failed) return null;
                if (bet.Answer == AppendAnswer.Appended) return Results(group, group, bet.Outcomes, bet.Versions);
            }

            // Somebody has started the stream, or counted the identity; seen now, it makes a flush stale or a record a duplicate.
            var (results, raced) = await TryAsync(group);
            if (!raced) return results;
        }

        return null;
    }

    private async Task<(IReadOnlyList<FlushResult>? Results, bool Raced)> TryAsync(List<Flush> group)
    {
        var recordedAt = RecordedAt(group);
        var database = world.Database;
        if (await database.BeginAsync(host.Life) is not { } transaction) return (null, false);

        var before = await database.EnterAsync(
            transaction, [.. group.SelectMany(f => f.Streams).Distinct().Order(StringComparer.Ordinal)],
            [.. group.SelectMany(f => f.Records).Select(p => p.Digest)]);
        if (before is not { Versions: var stored, Counted: var counted }) return (null, false);
        var fresh = group.Where(f => IsFresh(f, stored)).ToList();
        var pending = fresh.SelectMany(f => f.Records).ToList();

        await host.MayDie(Fault.HostKilledInTransaction, 0.003);
        var outcomes = Decide(world, pending, counted);
        if (await database.ClaimKeysAsync(transaction, News(pending, outcomes)) is var claimed and not AppendAnswer.Appended)
            return (null, claimed == AppendAnswer.Raced);

        var write = new LedgerWrite(lane, recordedAt, pending, outcomes);
        switch (await database.AppendAsync(transaction, write))
        {
            case AppendAnswer.Failed:
                return (null, false);
            case AppendAnswer.Raced:
                return (null, true);
        }

        var commit = database.CommitAsync(transaction);
        await host.MayDie(Fault.HostKilledDuringCommit, 0.004);
        if (!await commit) return (null, false);
        await host.MayDie(Fault.HostKilledAfterCommit, 0.004);
        metKnown = fresh.Count < group.Count || Array.Exists(outcomes, o => o != RecordOutcome.Accepted);
        return (Results(group, fresh, outcomes, stored), false);
    }

    private DateTimeOffset RecordedAt(List<Flush> group) =>
        world.Mutation == Mutation.RecordTimeOfSending ? group[0].Records[0].FirstSent : host.Clock;

    private bool IsFresh(Flush flush, IReadOnlyDictionary<string, long> stored) =>
        world.Mutation == Mutation.NoVersionCheck || StreamVersions.Agree(flush.Streams, flush.Versions, stored);

    private static List<FlushResult> Results(
        List<Flush> group, List<Flush> fresh, RecordOutcome[] outcomes, IReadOnlyDictionary<string, long> stored)
    {
        var results = new List<FlushResult>(group.Count);
        var grown = new Dictionary<Meter, Growth>();
        var next = 0;
        foreach (var flush in group)
        {
            if (!fresh.Contains(flush))
            {
                results.Add(new FlushResult.Stale());
                continue;
            }

            if (!grown.TryGetValue(flush.Meter, out var growth)) grown[flush.Meter] = growth = new Growth(flush.Belief);
            growth.Add(flush);
            var own = new RecordOutcome[flush.Records.Count];
            for (var i = 0; i < own.Length; i++)
            {
                own[i] = outcomes[next++];
                if (own[i] != RecordOutcome.Accepted) continue;
                var stream = MeterMonth.Of(flush.Records[i].Record).StreamId;
                growth.Streams[stream] = (stored.GetValueOrDefault(stream) + 1, growth.Streams.GetValueOrDefault(stream).Added + 1);
            }

            results.Add(new FlushResult.Committed(own, growth));
        }

        return results;
    }
}
