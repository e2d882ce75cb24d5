using CsCheck;
using FinOps.Domain.Budgets;
using static FinOps.Domain.Tests.Budgets.BudgetScenario;

namespace FinOps.Domain.Tests.Budgets;

/// <summary>A standing alert is told again by choice.</summary>
public sealed class ReminderTests
{
    [Fact]
    public void An_alert_that_stands_is_told_again_each_so_many_hours_and_each_ordinal_once()
    {
        var state = Crossed(renotifyHours: 12);

        Assert.Empty(Told(state, hours: 11.99));
        Assert.Equal(["alert_acme-monthly_2026-11-01T0000Z_50_renotified_1"], Told(state, hours: 12));
        var once = After(state, hours: 12.5);
        Assert.Empty(Told(once, hours: 12.5));
        Assert.Empty(Told(once, hours: 23.9));
        Assert.Equal(["alert_acme-monthly_2026-11-01T0000Z_50_renotified_2"], Told(once, hours: 24));
    }

    [Fact]
    public void What_was_missed_is_caught_up_by_one_notice_and_the_next_comes_when_it_would_have_come()
    {
        var late = After(Crossed(renotifyHours: 12), hours: 59);

        Assert.Equal(1, late.LifeOf(new Crossing(November.From, 50m)).Reminders);
        Assert.Empty(Told(late, hours: 59.9));
        Assert.Single(Told(late, hours: 60));
    }

    [Fact]
    public void What_is_taken_back_is_not_told_again_and_what_returns_starts_anew()
    {
        var back = After(Crossed(renotifyHours: 12), Fell(10m) with { Now = Now.AddHours(1) });
        Assert.Empty(Told(back, Fell(10m) with { Now = Now.AddHours(30), MayRemind = true }));
        var again = After(back, Fell(300m) with { Now = Now.AddHours(31) });

        Assert.Empty(Told(again, hours: 42));
        Assert.Single(Told(again, hours: 43));
    }

    [Fact]
    public void Nothing_is_told_again_where_nobody_asked_or_the_alert_was_listed_only_or_no_sweep_looks()
    {
        Assert.Empty(Told(Crossed(renotifyHours: null), hours: 100));
        Assert.Empty(Told(Crossed(renotifyHours: 1, backfilled: true), hours: 100));
        Assert.Empty(Told(Crossed(renotifyHours: 1), Spend(300m) with { Now = Now.AddHours(5) }));
    }

    [Fact]
    public void What_was_foreseen_is_told_again_only_while_it_is_foreseen()
    {
        var terms = Terms() with { Thresholds = Thresholds.None, ForecastThresholds = Thresholds.Read([100m]).Thresholds!, RenotifyHours = 6 };
        var state = After(Given(new BudgetCreated(Id, terms, Now, "finance")), Spend(10m) with { Forecast = 600m });

        Assert.Empty(Told(state, Spend(10m) with { Forecast = 400m, Now = Now.AddHours(7), MayRemind = true }));
        Assert.Equal(["alert_acme-monthly_2026-11-01T0000Z_f100_renotified_1"], Told(state, Spend(10m) with { Forecast = 510m, Now = Now.AddHours(7), MayRemind = true }));
    }

    [Fact]
    public void However_often_sweeps_come_reminders_are_bounded_spaced_and_numbered_without_a_gap() =>
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 4_000].Array[1, 120]).Sample((every, minutes) =>
        {
            var (state, now, told) = (Crossed(every), Now, new List<ThresholdRenotified>());
            foreach (var pause in minutes)
            {
                now = now.AddMinutes(pause);
                var happened = BudgetDecider.Decide(Spend(300m) with { Now = now, MayRemind = true }, state);
                told.AddRange(happened.Cast<ThresholdRenotified>());
                state = (Budget.Open)happened.Aggregate((Budget)state, BudgetDecider.Evolve);
                Assert.Empty(BudgetDecider.Decide(Spend(300m) with { Now = now, MayRemind = true }, state));
            }

            Assert.Equal(Enumerable.Range(1, told.Count), told.Select(t => t.Ordinal));
            // At most one for each stretch of hours counted from the crossing, whenever the sweep came.
            var stretches = told.Select(t => (t.At - Now).Ticks / (every * TimeSpan.TicksPerHour)).ToList();
            Assert.Equal(stretches.Distinct(), stretches);
            Assert.True(told.Count <= Reminders.MostPerAlert);
        });

    [Fact]
    public void Hours_between_two_have_bounds()
    {
        var draft = new BudgetDraft { Tenant = "acme", Amount = 500m, Currency = "USD" };

        Assert.Equal("renotifyHours", Assert.Single(BudgetRules.Read(draft with { RenotifyHours = 745 }, "a", DateInUtc, Now, out _)).Field);
        Assert.Equal("renotify_out_of_range", Assert.Single(BudgetRules.Read(draft with { RenotifyHours = -1 }, "a", DateInUtc, Now, out _)).Code);
        BudgetRules.Read(draft with { RenotifyHours = 0 }, "a", DateInUtc, Now, out var never);
        Assert.Null(never!.RenotifyHours);
    }

    private static Budget.Open Crossed(int? renotifyHours, bool backfilled = false) => After(
        Given(new BudgetCreated(Id, Terms(thresholds: 50m) with { RenotifyHours = renotifyHours }, Now, "finance")), Spend(300m, backfilled));

    private static Budget.Open After(Budget state, double hours) => After(state, Spend(300m) with { Now = Now.AddHours(hours), MayRemind = true });

    private static Budget.Open After(Budget state, RecordSpend spend) =>
        (Budget.Open)BudgetDecider.Decide(spend, state).Aggregate(state, BudgetDecider.Evolve);

    private static IEnumerable<string> Told(Budget state, double hours) => Told(state, Spend(300m) with { Now = Now.AddHours(hours), MayRemind = true });

    private static IEnumerable<string> Told(Budget state, RecordSpend spend) => BudgetDecider.Decide(spend, state).Cast<PeriodEvent>().Select(AlertId.Of);
}
