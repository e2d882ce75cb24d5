using System.Diagnostics;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reservations;

public abstract record GateCommand(DateTimeOffset Now);

/// <param name="Key">Asked again with it, the answer is the same and nothing is held twice.</param>
/// <param name="Amount">The estimate.</param>
/// <param name="Ttl">How long it is held without a commit.</param>
/// <param name="Record">Of the call to come, where its identity is known.</param>
/// <param name="Now">By the gate's clock.</param>
/// <param name="BooksAreFresh">The books were read after this was asked: only then may it be refused.</param>
public sealed record Reserve(ReservationKey Key, decimal Amount, TimeSpan Ttl, RecordKey? Record, DateTimeOffset Now, bool BooksAreFresh) : GateCommand(Now);

/// <param name="Key">Of a reservation, which may have lapsed: the money is spent all the same.</param>
/// <param name="Actual">What the call cost.</param>
/// <param name="Record">Whose arrival in the books ends it; without one it ends now, and the books alone tell.</param>
/// <param name="Now">By the gate's clock.</param>
public sealed record CommitReservation(ReservationKey Key, decimal Actual, RecordKey? Record, DateTimeOffset Now) : GateCommand(Now);

public sealed record ReleaseReservation(ReservationKey Key, DateTimeOffset Now) : GateCommand(Now);

/// <summary>Of several budgets that were asked together another one refused.</summary>
public sealed record ReturnReservation(ReservationKey Key, DateTimeOffset Now) : GateCommand(Now);

/// <summary>Whether a reservation is known; nothing happens.</summary>
public sealed record FindReservation(ReservationKey Key, DateTimeOffset Now) : GateCommand(Now);

/// <summary>The books as one snapshot told them: spend, and which of the awaited records are in it.</summary>
public sealed record SeeBooks(GateBooks Books, IReadOnlyCollection<RecordKey> Counted) : GateCommand(Books.ReadAt);

/// <summary>Time has passed.</summary>
public sealed record PassTime(DateTimeOffset Now) : GateCommand(Now);

public abstract record GateEvent;

/// <summary>A reservation is as it says now.</summary>
public sealed record HoldChanged(Hold Hold) : GateEvent;

public sealed record HoldForgotten(ReservationKey Key) : GateEvent;

public sealed record BooksSeen(GateBooks Books) : GateEvent;

/// <summary>What the gateway is told.</summary>
public abstract record GateAnswer
{
    private GateAnswer()
    {
    }

    /// <param name="Hold">The reservation as it stands.</param>
    public sealed record Granted(Hold Hold) : GateAnswer;

    /// <summary>Decided on books that were read after the question came.</summary>
    public sealed record Refused : GateAnswer;

    /// <param name="Hold">The reservation as it stands.</param>
    public sealed record Done(Hold Hold) : GateAnswer;

    /// <summary>Not a reservation's: books were seen, time has passed.</summary>
    public sealed record Noted : GateAnswer;

    /// <summary>What is known is too old to decide: read the books and ask again.</summary>
    public sealed record LookAgain : GateAnswer;
}

public sealed record GateDecision(GateAnswer Answer, IReadOnlyList<GateEvent> Events);

/// <summary>What a command on a hard budget's reservations makes happen.</summary>
public static class GateDecider
{
    private static readonly GateDecision LookAgain = new(new GateAnswer.LookAgain(), []);
    private static readonly GateDecision Refused = new(new GateAnswer.Refused(), []);

    /// <exception cref="RejectedException">The command cannot be done; nothing happens.</exception>
    public static GateDecision Decide(GateCommand command, Gate gate) => command switch
    {
        Reserve reserve => Decide(reserve, gate),
        CommitReservation commit => Decide(commit, gate),
        ReleaseReservation release => Released(release.Key, HoldStage.Released, release.Now, gate),
        ReturnReservation taken => Released(taken.Key, HoldStage.Returned, taken.Now, gate),
        FindReservation find => new(new GateAnswer.Done(Known(find.Key, gate)), []),
        SeeBooks seen => new(new GateAnswer.Noted(), [.. Counted(seen, gate), new BooksSeen(seen.Books)]),
        PassTime time => new(new GateAnswer.Noted(), Lapses(time.Now, gate)),
        _ => throw new UnreachableException(command.GetType().Name),
    };

    public static Gate Evolve(Gate gate, GateEvent happened) => happened switch
    {
        HoldChanged e => gate.With(e.Hold),
        HoldForgotten e => gate.Without(gate.Holds[e.Key]),
        BooksSeen e => gate.With(e.Books),
        _ => throw new UnreachableException(happened.GetType().Name),
    };

    private static GateDecision Decide(Reserve reserve, Gate gate)
    {
        // Of several budgets that are asked together, one may refuse this time and grant the next.
        if (gate.Holds.TryGetValue(reserve.Key, out var known) && known.Stage != HoldStage.Returned) return Again(reserve, known);
        RequireUnnamed(reserve.Record, reserve.Key, gate);
        var now = reserve.Now;
        if (gate.Books is not { } books) return LookAgain;
        var isRecent = reserve.BooksAreFresh || (now < books.Period.To && now - books.ReadAt <= ReservationRules.BooksAge(books, gate.Held));
        if (!isRecent) return LookAgain;
        // Outside its period a budget limits nothing.
        if (books.Covers(now) && books.Spend + gate.Held + reserve.Amount > books.Limit) return reserve.BooksAreFresh ? Refused : LookAgain;
        var expiresAt = now + reserve.Ttl;
        var hold = new Hold(reserve.Key, reserve.Amount, expiresAt, reserve.Record, HoldStage.Held, Actual: 0, DueAt: expiresAt);
        return new(new GateAnswer.Granted(hold), [new HoldChanged(hold)]);
    }

    private static GateDecision Again(Reserve reserve, Hold known)
    {
        if (known.Amount != reserve.Amount || (reserve.Record is { } record && known.Record != record))
            throw Rejected("key_reused", "key", "This key reserved something else; each call has a key of its own.");
        return known.Stage switch
        {
            HoldStage.Lapsed => throw Rejected("reservation_over", "key", "This key's reservation has lapsed; commit it, or reserve with another key."),
            HoldStage.Released => throw Rejected("reservation_released", "key", "This key's reservation was released; reserve with another key."),
            _ => new GateDecision(new GateAnswer.Granted(known), []),
        };
    }

    private static GateDecision Decide(CommitReservation commit, Gate gate)
    {
        var known = Known(commit.Key, gate);
        switch (known.Stage)
        {
            case HoldStage.Released or HoldStage.Returned:
                throw Rejected("reservation_released", "key", "This reservation was released; what its call cost counts when its record comes.");
            case HoldStage.Counted when known.Actual == 0:
                // Its record came first, and tells more than the commit.
                return Changed(known with { Actual = commit.Actual });
            case HoldStage.Committed or HoldStage.Counted when known.Actual != commit.Actual:
                throw Rejected("commit_differs", "actual", "This reservation was committed with another amount; correct its record instead.");
            case HoldStage.Committed or HoldStage.Counted:
                return new(new GateAnswer.Done(known), []);
        }

        var record = commit.Record ?? known.Record;
        RequireUnnamed(record, commit.Key, gate);
        return record is null
            ? Changed(Ended(known, HoldStage.Counted, commit.Now) with { Actual = commit.Actual })
            : Changed(known with { Stage = HoldStage.Committed, Actual = commit.Actual, Record = record, DueAt = commit.Now + ReservationRules.RecordAwaited });
    }

    private static GateDecision Released(ReservationKey key, HoldStage stage, DateTimeOffset now, Gate gate)
    {
        var known = Known(key, gate);
        return known.Stage switch
        {
            HoldStage.Held => Changed(Ended(known, stage, now)),
            HoldStage.Committed or HoldStage.Counted when known.Actual > 0 =>
                throw Rejected("reservation_committed", "key", "This reservation was committed; it ends when its record is in the books."),
            _ => new(new GateAnswer.Done(known), []),
        };
    }

    private static IEnumerable<HoldChanged> Counted(SeeBooks seen, Gate gate) => seen.Counted
        .Select(record => gate.Awaited.TryGetValue(record, out var key) ? gate.Holds[key] : null)
        .OfType<Hold>()
        .Select(hold => new HoldChanged(Ended(hold, HoldStage.Counted, seen.Books.ReadAt)));

    private static List<GateEvent> Lapses(DateTimeOffset now, Gate gate)
    {
        var happened = new List<GateEvent>();
        foreach (var (at, key) in gate.Due)
        {
            if (at > now) break;
            var hold = gate.Holds[new ReservationKey(key)];
            var forgottenAt = at + ReservationRules.Remembered;
            happened.Add(hold.Stage is HoldStage.Held or HoldStage.Committed && forgottenAt > now
                ? new HoldChanged(hold with { Stage = HoldStage.Lapsed, DueAt = forgottenAt })
                : new HoldForgotten(hold.Key));
        }

        return happened;
    }

    /// <summary>Its key answers the same for as long as it would have been held.</summary>
    private static Hold Ended(Hold hold, HoldStage stage, DateTimeOffset now) =>
        hold with { Stage = stage, DueAt = hold.ExpiresAt > now ? hold.ExpiresAt : now + ReservationRules.Remembered };

    private static GateDecision Changed(Hold hold) => new(new GateAnswer.Done(hold), [new HoldChanged(hold)]);

    private static Hold Known(ReservationKey key, Gate gate) => gate.Holds.TryGetValue(key, out var hold)
        ? hold
        : throw Rejected("reservation_unknown", "key", "There is no such reservation, or it was forgotten some minutes after its end.");

    /// <summary>One record ends one reservation: two would both be taken for counted.</summary>
    private static void RequireUnnamed(RecordKey? record, ReservationKey key, Gate gate)
    {
        if (record is { } named && gate.Awaited.TryGetValue(named, out var other) && other != key)
            throw Rejected("record_reserved", "record", "Another reservation names this record; each record has one.");
    }

    private static RejectedException Rejected(string code, string field, string message) => new(new Rejection(code, field, message));
}
