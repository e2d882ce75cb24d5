using System.Diagnostics;
using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Domain.Reservations;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace FinOps.Platform.Reservations;

/// <summary>A hard budget's gate, by the budget's id: the single writer of its reservations.</summary>
[Alias("finops.gate.v1")]
public interface IGateGrain : IGrainWithStringKey
{
    /// <summary>
    /// Answers when what it says is on disk. May interleave, because it only adds to a bounded buffer and awaits the result: that is what lets
    /// one commit carry all that came while another was in flight. An order that is under way for longer than anybody waits for it
    /// (<see cref="ReservationOptions.Patience"/>) is dropped: late, it would hold what its gateway was refused meanwhile.
    /// </summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:02")]
    [Alias("ask")]
    Task<GateReply> AskAsync(GateOrder order);
}

/// <summary>
/// Holds nothing that PostgreSQL does not: reservations, and what the books said last. After any failure it forgets what it knows and reads
/// it again.
/// </summary>
internal sealed class GateGrain(
    GateRows rows, GateWrites writes, ReadGateBooks books, TimeProvider clock, IOptions<ReservationOptions> options, ILogger<GateGrain> log) : Grain, IGateGrain
{
    private readonly Queue<Waiting> buffer = new();
    private Task working = Task.CompletedTask;
    private Known? known;

    private BudgetId Budget => new(this.GetPrimaryKeyString());

    public Task<GateReply> AskAsync(GateOrder order)
    {
        if (buffer.Count >= Limits.ReservationsWaiting) return Task.FromResult(GateReply.Away("too many orders wait at this budget"));
        var waiting = new Waiting(order, clock.GetTimestamp());
        buffer.Enqueue(waiting);
        if (working.IsCompleted) working = WorkAsync();
        return waiting.Reply.Task;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => working.WaitAsync(cancellationToken);

    /// <summary>The one loop that decides. It fails its callers, never itself.</summary>
    private async Task WorkAsync()
    {
        while (buffer.Count > 0)
        {
            var group = Gather.UpTo<Waiting>(Limits.ReservationsPerCommit, buffer.TryDequeue, _ => 1);
            try
            {
                await AnswerAsync(group);
            }
            catch (Exception failure)
            {
                // What was written nobody knows: a key that is asked again finds out.
                known = null;
                log.LogWarning(failure, "The gate of {Budget} could not read or write its books", Budget);
                foreach (var waiting in group) waiting.Reply.TrySetResult(GateReply.Away(failure.Message));
            }
        }
    }

    private async Task AnswerAsync(List<Waiting> group)
    {
        for (var turn = 1; ; turn++)
        {
            if (await DecideAsync(group) is { } replies)
            {
                for (var i = 0; i < group.Count; i++) group[i].Reply.TrySetResult(replies[i]);
                return;
            }

            // Another activation of this gate wrote; the database has decided. Read what it wrote and decide anew.
            known = null;
            GiveUpAfter(turn);
        }
    }

    /// <summary>Reservations and books of one version: without the books nobody can say what is left, not even of a key that is asked again.</summary>
    /// <returns>Null when the budget is closed or no hard one.</returns>
    private async Task<Known?> WakeAsync()
    {
        for (var turn = 1; ; turn++)
        {
            if (await rows.LoadAsync(Budget, CancellationToken.None) is not { } loaded) return null;
            if (await books.ReadAsync(Budget, known: null, loaded.Gate.Awaited.Keys, CancellationToken.None) is not { } seen) return null;
            if (seen.GateVersion == loaded.Version)
                return new Known(Apply(GateDecider.Decide(new SeeBooks(seen.Books, seen.Counted), loaded.Gate), loaded.Gate), loaded.Version, seen.Terms);
            GiveUpAfter(turn);
        }
    }

    private void GiveUpAfter(int turn)
    {
        if (turn == Limits.StaleGateTurns) throw new InvalidOperationException($"The gate of {Budget} found its reservations changed {turn} times.");
    }

    /// <returns>Null when what was known turned out to be old; nothing was written.</returns>
    private async Task<GateReply[]?> DecideAsync(List<Waiting> group)
    {
        known ??= await WakeAsync();
        if (known is not { } before) return [.. group.Select(_ => NoGate)];
        var now = clock.GetUtcNow();
        var gate = Apply(GateDecider.Decide(new PassTime(now), before.Gate), before.Gate);
        var (terms, areFresh) = (before.Terms, false);
        var changed = new Dictionary<ReservationKey, Hold>();
        var replies = new GateReply[group.Count];
        for (var i = 0; i < group.Count; i++)
        {
            if (group[i].Order.Verb == GateVerb.Reserve && gate.Holds.Count >= Limits.ReservationsRemembered)
            {
                replies[i] = GateReply.Away("too many reservations of this budget are remembered");
                continue;
            }

            if (clock.GetElapsedTime(group[i].Since) > options.Value.Patience)
            {
                replies[i] = GateReply.Away("nobody waits for the answer any more");
                continue;
            }

            try
            {
                var decision = GateDecider.Decide(group[i].Order.ToCommand(now, areFresh), gate);
                if (decision.Answer is GateAnswer.LookAgain)
                {
                    // One look serves all of the group: each of them was asked before it.
                    if (await books.ReadAsync(Budget, terms, gate.Awaited.Keys, CancellationToken.None) is not { } seen) return [.. group.Select(_ => NoGate)];
                    if (seen.GateVersion != before.Version) return null;
                    (terms, areFresh, now) = (seen.Terms, true, seen.Books.ReadAt);
                    gate = Apply(GateDecider.Decide(new SeeBooks(seen.Books, seen.Counted), gate), gate);
                    decision = GateDecider.Decide(group[i].Order.ToCommand(now, areFresh), gate);
                }

                gate = Apply(decision, gate);
                foreach (var happened in decision.Events.OfType<HoldChanged>()) changed[happened.Hold.Key] = happened.Hold;
                replies[i] = Told(decision.Answer, group[i].Order, gate);
            }
            catch (RejectedException refused)
            {
                var flaw = refused.Rejections[0];
                replies[i] = new GateReply(GateVerdict.Rejected, 0, gate.Left, null, flaw.Code, flaw.Field, flaw.Message);
            }
        }

        if (changed.Count > 0 && !await writes.CommitAsync(new GateWrite(Budget.Value, before.Version, [.. changed.Values]))) return null;
        known = new Known(gate, changed.Count > 0 ? before.Version + 1 : before.Version, terms);
        return replies;
    }

    private static GateReply NoGate { get; } =
        new(GateVerdict.Rejected, 0, 0, null, "budget_not_hard", "budget", "This budget is closed, or is no hard one: `changeBudget` with the kind HARD makes it one.");

    private static Gate Apply(GateDecision decision, Gate gate) => decision.Events.Aggregate(gate, GateDecider.Evolve);

    private static GateReply Told(GateAnswer answer, GateOrder order, Gate gate) => answer switch
    {
        GateAnswer.Granted granted => new GateReply(GateVerdict.Granted, granted.Hold.Amount, gate.Left, granted.Hold.ExpiresAt),
        GateAnswer.Refused => new GateReply(GateVerdict.Refused, 0, gate.Left, null),
        GateAnswer.Done done => new GateReply(VerdictOf(order.Verb), done.Hold.Weight, gate.Left, ExpiresAt: null),
        _ => throw new UnreachableException(answer.GetType().Name),
    };

    private static GateVerdict VerdictOf(GateVerb verb) => verb switch
    {
        GateVerb.Commit => GateVerdict.Committed,
        GateVerb.Release or GateVerb.Return => GateVerdict.Released,
        GateVerb.Find => GateVerdict.Found,
        _ => throw new UnreachableException(verb.ToString()),
    };

    private sealed record Known(Gate Gate, long Version, KnownTerms Terms);

    private sealed record Waiting(GateOrder Order, long Since)
    {
        public TaskCompletionSource<GateReply> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
