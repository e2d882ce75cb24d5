using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using static FinOps.Domain.Tests.Budgets.BudgetScenario;

namespace FinOps.Domain.Tests.Budgets;

public sealed class BudgetDeciderTests
{
    [Fact]
    public void A_file_without_a_start_that_is_applied_again_in_another_month_keeps_the_start_that_the_budget_has()
    {
        var open = Given(Created());
        var later = Terms() with { Period = new BudgetPeriod.Monthly(new CalendarMonth(2027, 2), "UTC") };

        Assert.Empty(BudgetDecider.Decide(new CreateBudget(Id, later, Now, "finance", SaysStart: false), open));
        var changed = Assert.IsType<BudgetChanged>(Assert.Single(BudgetDecider.Decide(
            new CreateBudget(Id, later with { Amount = Usd(700m) }, Now, "finance", SaysStart: false), open)));
        Assert.Equal((700m, Terms().Period), (changed.Terms.Amount.Amount, changed.Terms.Period));
        Assert.Equal("period", Assert.Single(Assert.Throws<RejectedException>(() => BudgetDecider.Decide(new CreateBudget(Id, later, Now, "finance"), open)).Rejections).Field);
        Assert.Throws<RejectedException>(() => BudgetDecider.Decide(
            new CreateBudget(Id, later with { Period = new BudgetPeriod.Monthly(new CalendarMonth(2027, 2), "Asia/Tokyo") }, Now, "finance", SaysStart: false), open));
        Assert.Throws<RejectedException>(() => BudgetDecider.Decide(
            new CreateBudget(Id, later with { Period = new BudgetPeriod.Recurring(PeriodUnit.Week, new DateOnly(2026, 11, 2), "UTC") }, Now, "finance", SaysStart: false), open));
    }

    [Fact]
    public void Weeks_and_rolling_days_keep_their_start_likewise()
    {
        BudgetPeriod[] was = [new BudgetPeriod.Recurring(PeriodUnit.Week, new DateOnly(2026, 11, 2), "UTC") { StartsAt = Now }, new BudgetPeriod.Rolling(7, new DateOnly(2026, 11, 2), "UTC")];
        BudgetPeriod[] isNow = [new BudgetPeriod.Recurring(PeriodUnit.Week, new DateOnly(2026, 12, 7), "UTC"), new BudgetPeriod.Rolling(7, new DateOnly(2026, 12, 2), "UTC")];
        foreach (var (before, after) in was.Zip(isNow))
        {
            var open = Given(new BudgetCreated(Id, Terms() with { Period = before }, Now, "finance"));
            Assert.Empty(BudgetDecider.Decide(new CreateBudget(Id, Terms() with { Period = after }, Now, "finance", SaysStart: false), open));
        }

        Assert.False(new BudgetPeriod.Rolling(7, default, "UTC").IsAs(new BudgetPeriod.Rolling(8, default, "UTC")));
    }

    [Fact]
    public void Creating_a_budget_makes_it()
    {
        var created = Created();

        Assert.Equal([created], BudgetDecider.Decide(new CreateBudget(Id, created.Terms, Now, "finance"), Given()));
    }

    [Fact]
    public void Creating_the_same_budget_again_changes_nothing() =>
        Assert.Empty(BudgetDecider.Decide(new CreateBudget(Id, Terms(), Now, "finance"), Given(Created())));

    [Fact]
    public void Creating_it_with_other_terms_changes_it()
    {
        var events = BudgetDecider.Decide(new CreateBudget(Id, Terms(600m), Now, "finance"), Given(Created()));

        Assert.Equal([new BudgetChanged(Id, Terms(600m), Now, "finance")], events);
    }

    [Fact]
    public void An_id_of_another_tenant_is_taken()
    {
        var others = Terms() with { Tenant = new TenantId("globex") };

        Assert.Equal("budget_id_taken", CodeOf(new CreateBudget(Id, others, Now, "globex"), Given(Created())));
    }

    [Fact]
    public void A_change_of_period_and_currency_is_refused_with_both_fields_named()
    {
        var terms = Terms() with { Amount = new Money(500m, new Currency("EUR")), Period = new BudgetPeriod.Custom(November, "UTC") };

        var refused = Assert.Throws<RejectedException>(() => BudgetDecider.Decide(new ChangeBudget(Id, _ => terms, Now, "finance"), Given(Created())));

        Assert.Equal(["period", "currency"], refused.Rejections.Select(r => r.Field));
    }

    [Fact]
    public void Closing_happens_once()
    {
        var closed = Assert.Single(BudgetDecider.Decide(new CloseBudget(Id, Now, "finance"), Given(Created())));

        Assert.Empty(BudgetDecider.Decide(new CloseBudget(Id, Now, "finance"), Given(Created(), closed)));
    }

    [Fact]
    public void A_closed_budget_neither_changes_nor_alerts()
    {
        var closed = Given(Created(), new BudgetClosed(Id, Now, "finance"));

        Assert.Equal("budget_closed", CodeOf(new ChangeBudget(Id, _ => Terms(600m), Now, "finance"), closed));
        Assert.Empty(BudgetDecider.Decide(Spend(1_000m), closed));
    }

    [Fact]
    public void What_does_not_exist_is_neither_changed_nor_closed()
    {
        Assert.Equal("budget_unknown", CodeOf(new ChangeBudget(Id, _ => Terms(), Now, "finance"), Given()));
        Assert.Equal("budget_unknown", CodeOf(new CloseBudget(Id, Now, "finance"), Given()));
    }

    [Fact]
    public void Spend_just_below_a_threshold_does_not_cross_it_and_spend_on_it_does()
    {
        Assert.Empty(Crossed(Spend(249.9999999999999999m), Given(Created())));
        Assert.Equal([50m], Crossed(Spend(250m), Given(Created())));
    }

    [Fact]
    public void One_record_that_jumps_three_thresholds_gives_three_crossings_in_order() =>
        Assert.Equal([50m, 80m, 100m], Crossed(Spend(500m), Given(Created())));

    [Fact]
    public void A_threshold_crosses_once_in_a_period()
    {
        var events = BudgetDecider.Decide(Spend(400m), Given(Created()));
        var state = events.Aggregate(Given(Created()), BudgetDecider.Evolve);

        Assert.Empty(Crossed(Spend(499m), state));
        Assert.Equal([100m], Crossed(Spend(500m), state));
        Assert.Equal([50m, 80m], Crossed(new RecordSpend(December, Usd(400m), Now, false), state));
    }

    [Fact]
    public void A_crossing_by_records_that_were_in_before_is_listed_and_delivered_only_where_the_budget_says_so()
    {
        static bool IsSuppressed(RecordSpend spend, bool deliverBackfilled) =>
            ((ThresholdCrossed)BudgetDecider.Decide(spend, Given(Created(deliverBackfilled: deliverBackfilled)))[0]).Suppressed;

        Assert.True(IsSuppressed(Spend(250m, backfilled: true), deliverBackfilled: false));
        Assert.False(IsSuppressed(Spend(250m, backfilled: true), deliverBackfilled: true));
        Assert.False(IsSuppressed(Spend(250m, backfilled: false), deliverBackfilled: false));
    }

    [Fact]
    public void Spend_in_another_currency_is_a_defect() => Assert.Throws<InvariantViolatedException>(() =>
        BudgetDecider.Decide(new RecordSpend(November, new Money(1m, new Currency("EUR")), Now, false), Given(Created())));

    [Fact]
    public void Every_kind_of_event_is_folded_and_an_impossible_one_is_loud()
    {
        var crossing = BudgetDecider.Decide(Spend(250m), Given(Created()))[0];
        var retraction = BudgetDecider.Decide(Fell(10m), Given(Created(), crossing))[0];
        var again = BudgetDecider.Decide(Spend(250m), Given(Created(), crossing, retraction))[0];
        var reminded = new ThresholdRenotified(
            Id, Terms().Tenant, BudgetMeasure.Charge, November, 50m, Usd(500m), Usd(250m), Suppressed: false, Now.AddDays(1), Ordinal: 1);
        BudgetEvent[] history =
            [Created(), new BudgetChanged(Id, Terms(600m), Now, "finance"), crossing, retraction, again, reminded, new BudgetClosed(Id, Now, "finance")];
        var kinds = typeof(BudgetEvent).Assembly.GetTypes().Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(BudgetEvent)));

        Assert.Equal(kinds.OrderBy(t => t.Name), history.Select(e => e.GetType()).OrderBy(t => t.Name));
        Assert.IsType<Budget.Closed>(Given(history));
        Assert.Throws<System.Diagnostics.UnreachableException>(() => Given(crossing));
        Assert.Throws<System.Diagnostics.UnreachableException>(() => Given(Created(), Created()));
    }

    private static IEnumerable<decimal> Crossed(RecordSpend spend, Budget state) =>
        BudgetDecider.Decide(spend, state).Cast<ThresholdCrossed>().Select(e => e.ThresholdPercent);

    private static string CodeOf(BudgetCommand command, Budget state) =>
        Assert.Single(Assert.Throws<RejectedException>(() => BudgetDecider.Decide(command, state)).Rejections).Code;
}
