using FinOps.Domain.Metering;
using FinOps.Domain.Reservations;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Reservations;

/// <summary>
/// A gate, the rows that survive its crash, gateways and the books, with everything written down that the gate cannot know. Amounts are
/// whole: nothing here depends on their size.
/// </summary>
internal sealed class GateWorld(decimal limit)
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    public static readonly Window November = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly Dictionary<ReservationKey, Hold> rows = [];
    private readonly Dictionary<int, Call> calls = [];
    private readonly List<decimal> unreserved = [];
    private int unreservedSeen;
    private DateTimeOffset now = Start;

    public Gate Gate { get; private set; } = Gate.Empty;

    /// <summary>How far the spend may lie above the limit once all is counted, as it was at the last grant; null while nothing was granted.</summary>
    private Func<decimal>? bound;

    public int Grants { get; private set; }

    public int Refusals { get; private set; }

    /// <summary>Asks as the shell does: on what is known, then on fresh books.</summary>
    public void Reserve(int number, decimal estimate, int seconds, bool namesRecord)
    {
        var key = Key(number);
        var before = calls.GetValueOrDefault(number);
        if (before is not null && (before.Estimate != estimate || before.NamesRecord != namesRecord)) return;
        // A key is not used for another call once its own was made.
        if (before is { Actual: not null } && !Gate.Holds.ContainsKey(key)) return;
        var command = new Reserve(key, estimate, TimeSpan.FromSeconds(seconds), namesRecord ? Record(number) : null, now, BooksAreFresh: false);
        GateDecision decision;
        try
        {
            decision = GateDecider.Decide(command, Gate);
            if (decision.Answer is GateAnswer.LookAgain)
            {
                ReadBooks();
                decision = GateDecider.Decide(command with { BooksAreFresh = true }, Gate);
            }
        }
        catch (RejectedException over) when (over.Rejections[0].Code is "reservation_over" or "reservation_released")
        {
            return;
        }

        if (decision.Answer is GateAnswer.Refused)
        {
            Refusals++;
            // Never while under budget: what is counted and what is under way, no call twice, leave too little. Only of a call that has not said
            // which its record is nobody can know that it came; it counts beside its record until its commit.
            var underWay = Gate.Holds.Values.Where(h => h.Record is null || !IsCounted(h.Key)).Sum(h => h.Weight);
            Assert.True(Counted + underWay + estimate > limit, $"refused {estimate} with {Counted} counted and {underWay} under way of {limit}");
            return;
        }

        var granted = Assert.IsType<GateAnswer.Granted>(decision.Answer);
        Assert.Equal(estimate, granted.Hold.Amount);
        if (decision.Events.Count == 0)
        {
            Assert.NotNull(before);
            return;
        }

        calls[number] = new Call(number, estimate, namesRecord);
        Apply(decision);
        Grants++;
        Assert.True(Gate.Books!.Spend + Gate.Held <= limit, "what is granted and what was seen fit the limit");
        bound = BoundNow();
    }

    /// <summary>The call happens; it may cost another amount than was thought, or come after its reservation lapsed.</summary>
    public void Happens(int number, decimal actual)
    {
        if (calls.TryGetValue(number, out var call) && call.Actual is null && !call.IsReleased) call.Actual = actual;
    }

    public void Commit(int number, bool namesRecord)
    {
        if (!calls.TryGetValue(number, out var call) || call.Actual is not { } actual) return;
        Do(new CommitReservation(Key(number), actual, namesRecord ? Record(number) : null, now));
    }

    /// <summary>Only what will not happen is given back: by its gateway, or because another budget refused it.</summary>
    public void Release(int number, bool isByAnother)
    {
        if (!calls.TryGetValue(number, out var call) || call.Actual is not null) return;
        call.IsReleased = true;
        Do(isByAnother ? new ReturnReservation(Key(number), now) : new ReleaseReservation(Key(number), now));
    }

    public void RecordArrives(int number)
    {
        if (calls.TryGetValue(number, out var call) && call.Actual is not null) call.IsCounted = true;
    }

    public void Unreserved(decimal cost) => unreserved.Add(cost);

    public void PassTime(int seconds)
    {
        now += TimeSpan.FromSeconds(seconds);
        Apply(GateDecider.Decide(new PassTime(now), Gate));
    }

    public void ReadBooks()
    {
        var counted = Gate.Awaited.Keys.Where(record => calls.Values.Any(c => c.IsCounted && Record(c.Number) == record)).ToList();
        foreach (var call in calls.Values.Where(c => c.IsCounted)) call.IsSeen = true;
        unreservedSeen = unreserved.Count;
        Apply(GateDecider.Decide(new SeeBooks(new GateBooks(November, limit, Counted, now), counted), Gate));
    }

    /// <summary>The silo dies: what is left is in the rows.</summary>
    public void Crash()
    {
        Gate = rows.Values.Aggregate(Gate.Empty, (gate, hold) => GateDecider.Evolve(gate, new HoldChanged(hold)));
        Apply(GateDecider.Decide(new PassTime(now), Gate));
    }

    /// <summary>Every call's record comes in the end.</summary>
    public void AssertWithinBound()
    {
        foreach (var call in calls.Values.Where(c => c.Actual is not null)) call.IsCounted = true;
        if (bound is { } allowed) Assert.True(Counted <= limit + allowed(), $"{Counted} spent of {limit}, {allowed()} above it allowed");
    }

    private decimal Counted => unreserved.Sum() + calls.Values.Where(c => c.IsCounted).Sum(c => c.Actual ?? 0);

    /// <summary>
    /// The stated bound, from what was so at this grant: what calls that were held cost above their estimates; what calls cost whose
    /// reservation no longer counted although the books had not shown their record; and what nobody reserved and the books had not shown.
    /// </summary>
    private Func<decimal> BoundNow()
    {
        var weights = calls.Keys.ToDictionary(n => n, n => Gate.Holds.TryGetValue(Key(n), out var hold) ? hold.Weight : 0);
        var seen = calls.Values.Where(c => c.IsSeen).Select(c => c.Number).ToHashSet();
        var unseenFrom = unreservedSeen;
        return () => weights.Where(w => !seen.Contains(w.Key)).Sum(w => Math.Max(0, (calls[w.Key].Actual ?? 0) - w.Value)) + unreserved.Skip(unseenFrom).Sum();
    }

    private bool IsCounted(ReservationKey key) => calls[int.Parse(key.Value, System.Globalization.CultureInfo.InvariantCulture)].IsCounted;

    private void Do(GateCommand command)
    {
        GateDecision once;
        try
        {
            once = GateDecider.Decide(command, Gate);
        }
        catch (RejectedException)
        {
            return;
        }

        Apply(once);
        // Again: the same answer, and nothing more.
        var before = Gate.Held;
        var again = GateDecider.Decide(command, Gate);
        Apply(again);
        Assert.Equal((once.Answer.GetType(), before), (again.Answer.GetType(), Gate.Held));
    }

    private void Apply(GateDecision decision)
    {
        Gate = decision.Events.Aggregate(Gate, GateDecider.Evolve);
        foreach (var changed in decision.Events.OfType<HoldChanged>())
            if (changed.Hold.Stage is HoldStage.Held or HoldStage.Committed or HoldStage.Released or HoldStage.Returned || changed.Hold.Actual > 0) rows[changed.Hold.Key] = changed.Hold;
        Assert.Equal(Gate.Holds.Values.Sum(h => h.Weight), Gate.Held);
        Assert.Equal(Gate.Holds.Values.Select(h => h.Awaited).OfType<RecordKey>().ToHashSet(), Gate.Awaited.Keys.ToHashSet());
    }

    private static ReservationKey Key(int number) => new($"{number}");

    private static RecordKey Record(int number) => RecordKey.Of(new TenantId("acme"), "gateway", $"r{number}");

    private sealed class Call(int number, decimal estimate, bool namesRecord)
    {
        public int Number => number;

        public decimal Estimate => estimate;

        public bool NamesRecord => namesRecord;

        public decimal? Actual { get; set; }

        public bool IsReleased { get; set; }

        /// <summary>In the books, whether the gate has looked or not.</summary>
        public bool IsCounted { get; set; }

        /// <summary>In the books when the gate last looked.</summary>
        public bool IsSeen { get; set; }
    }
}
