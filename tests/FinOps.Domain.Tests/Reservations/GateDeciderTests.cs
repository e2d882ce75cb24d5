using FinOps.Domain.Metering;
using FinOps.Domain.Reservations;
using FinOps.Domain.Values;
using static FinOps.Domain.Tests.Reservations.GateWorld;

namespace FinOps.Domain.Tests.Reservations;

public sealed class GateDeciderTests
{
    private static readonly RecordKey Record = RecordKey.Of(new TenantId("acme"), "gateway", "call-1");

    private Gate gate = Given(spend: 90);

    [Fact]
    public void What_fits_is_granted_to_the_last_cent_and_no_further()
    {
        Assert.IsType<GateAnswer.Granted>(Do(Ask("one", 10)));
        Assert.Equal(0, gate.Left);
        Assert.IsType<GateAnswer.Refused>(Do(Ask("two", 0.01m)));
    }

    [Fact]
    public void Nobody_is_refused_on_books_that_were_read_before_the_question() =>
        Assert.IsType<GateAnswer.LookAgain>(Do(Ask("one", 11) with { BooksAreFresh = false }));

    [Fact]
    public void Books_that_are_old_for_how_near_the_limit_is_grant_nothing()
    {
        Assert.IsType<GateAnswer.LookAgain>(Do(Ask("one", 1, after: 2) with { BooksAreFresh = false }));
        gate = Given(spend: 10);
        Assert.IsType<GateAnswer.Granted>(Do(Ask("one", 1, after: 2) with { BooksAreFresh = false }));
        Assert.IsType<GateAnswer.LookAgain>(Do(Ask("two", 1, after: 11) with { BooksAreFresh = false }));
    }

    [Fact]
    public void The_same_key_again_is_the_same_reservation()
    {
        var once = Do(Ask("one", 6));
        Assert.Equal(once, Do(Ask("one", 6)));
        Assert.Equal(4, gate.Left);
        Assert.Equal("key_reused", Code(() => Do(Ask("one", 7))));
    }

    [Fact]
    public void A_reservation_that_lapsed_gives_its_room_back_and_can_still_be_committed()
    {
        Do(Ask("one", 10));
        Do(new PassTime(Start.AddSeconds(60)));
        Assert.Equal(10, gate.Left);
        Assert.Equal("reservation_over", Code(() => Do(Ask("one", 10, after: 61))));
        Do(new CommitReservation(new("one"), 8, Record, Start.AddSeconds(90)));
        Assert.Equal(2, gate.Left);
        Assert.Equal("reservation_unknown", Code(() => Do(new CommitReservation(new("two"), 8, null, Start))));
    }

    [Fact]
    public void A_committed_call_counts_once_before_and_after_its_record_is_in_the_books()
    {
        Do(Ask("one", 10));
        Do(new CommitReservation(new("one"), 4, Record, Start.AddSeconds(5)));
        Assert.Equal(6, gate.Left);
        Do(new SeeBooks(new GateBooks(November, 100, 94, Start.AddSeconds(6)), [Record]));
        Assert.Equal(6, gate.Left);
        Assert.Equal("commit_differs", Code(() => Do(new CommitReservation(new("one"), 5, Record, Start.AddSeconds(7)))));
    }

    [Fact]
    public void A_record_that_comes_before_the_commit_ends_a_reservation_that_names_it()
    {
        Do(Ask("one", 10) with { Record = Record });
        Do(new SeeBooks(new GateBooks(November, 100, 93, Start.AddSeconds(6)), [Record]));
        Assert.Equal(7, gate.Left);
        Assert.IsType<GateAnswer.Done>(Do(new CommitReservation(new("one"), 3, Record, Start.AddSeconds(7))));
        Assert.Equal(7, gate.Left);
    }

    [Fact]
    public void Whether_a_key_is_known_is_told_and_changes_nothing()
    {
        Do(Ask("one", 4));
        var before = gate;
        Assert.IsType<GateAnswer.Done>(Do(new FindReservation(new("one"), Start)));
        Assert.Equal("reservation_unknown", Code(() => Do(new FindReservation(new("two"), Start))));
        Assert.Same(before, gate);
    }

    [Fact]
    public void One_record_ends_one_reservation()
    {
        Do(Ask("one", 1) with { Record = Record });
        Assert.Equal("record_reserved", Code(() => Do(Ask("two", 1) with { Record = Record })));
        Do(Ask("two", 1));
        Assert.Equal("record_reserved", Code(() => Do(new CommitReservation(new("two"), 1, Record, Start))));
    }

    [Fact]
    public void What_was_released_is_not_committed_and_what_was_committed_is_not_released()
    {
        Do(Ask("one", 4));
        Do(new ReleaseReservation(new("one"), Start));
        Do(new ReleaseReservation(new("one"), Start));
        Assert.Equal(10, gate.Left);
        Assert.Equal("reservation_released", Code(() => Do(new CommitReservation(new("one"), 4, null, Start))));
        // An order that was long under way comes after all.
        Assert.Equal("reservation_released", Code(() => Do(Ask("one", 4))));
        Assert.Equal(10, gate.Left);
        Do(Ask("two", 4));
        Do(new CommitReservation(new("two"), 4, Record, Start));
        Assert.Equal("reservation_committed", Code(() => Do(new ReleaseReservation(new("two"), Start))));
    }

    [Fact]
    public void What_was_taken_back_because_another_budget_refused_may_be_asked_again_for_whatever_it_is_then()
    {
        Do(Ask("one", 4));
        Do(new ReturnReservation(new("one"), Start));
        Do(new ReturnReservation(new("one"), Start));
        Assert.Equal(10, gate.Left);
        Assert.Equal("reservation_released", Code(() => Do(new CommitReservation(new("one"), 4, null, Start))));
        Assert.IsType<GateAnswer.Granted>(Do(Ask("one", 5)));
        Assert.Equal(5, gate.Left);
    }

    [Fact]
    public void Outside_its_period_a_budget_limits_nothing_and_after_it_the_books_are_read_for_the_next()
    {
        var december = November.To.AddSeconds(1);
        Assert.IsType<GateAnswer.LookAgain>(Do(new Reserve(new("one"), 1_000, TimeSpan.FromSeconds(60), null, december, BooksAreFresh: false)));
        Assert.IsType<GateAnswer.Granted>(Do(new Reserve(new("one"), 1_000, TimeSpan.FromSeconds(60), null, december, BooksAreFresh: true)));
    }

    [Fact]
    public void A_record_that_never_comes_holds_its_cost_for_an_hour()
    {
        Do(Ask("one", 10));
        Do(new CommitReservation(new("one"), 10, Record, Start));
        Do(new PassTime(Start.AddMinutes(59)));
        Assert.Equal(0, gate.Left);
        Do(new PassTime(Start.AddMinutes(60)));
        Assert.Equal(10, gate.Left);
        Do(new PassTime(Start.AddMinutes(66)));
        Assert.Empty(gate.Holds);
    }

    [Fact]
    public void Every_flaw_of_a_reservation_is_named_with_its_field() => Assert.Equal(
        ["key", "amount", "ttlSeconds"],
        ReservationRules.Flaws("a/b", -1, TimeSpan.FromHours(2)).Select(f => f.Field));

    private static Gate Given(decimal spend) => GateDecider.Evolve(Gate.Empty, new BooksSeen(new GateBooks(November, 100, spend, Start)));

    private static Reserve Ask(string key, decimal amount, int after = 0) =>
        new(new(key), amount, TimeSpan.FromSeconds(60), null, Start.AddSeconds(after), BooksAreFresh: true);

    private GateAnswer Do(GateCommand command)
    {
        var decision = GateDecider.Decide(command, gate);
        gate = decision.Events.Aggregate(gate, GateDecider.Evolve);
        return decision.Answer;
    }

    private static string Code(Action act) => Assert.Throws<RejectedException>(act).Rejections.Single().Code;
}
