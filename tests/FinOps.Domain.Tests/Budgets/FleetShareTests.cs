using CsCheck;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using static FinOps.Domain.Tests.Budgets.BudgetScenario;

namespace FinOps.Domain.Tests.Budgets;

/// <summary>Budgets on how idle, or how busy, fleets are.</summary>
public sealed class FleetShareTests
{
    private static readonly TimeSpan TwoHours = TimeSpan.FromHours(2);

    [Fact]
    public void Only_whole_hours_of_the_period_that_have_settled_count()
    {
        var day = new Window(At("2026-11-23T00:00Z"), At("2026-11-24T00:00Z"));
        var inIndia = new Window(At("2026-11-22T18:30Z"), At("2026-11-23T18:30Z"));

        Assert.Null(FleetShare.SettledOf(day, At("2026-11-23T02:59Z"), TwoHours));
        Assert.Equal(new Window(At("2026-11-23T00:00Z"), At("2026-11-23T01:00Z")), FleetShare.SettledOf(day, At("2026-11-23T03:00Z"), TwoHours));
        Assert.Equal(day, FleetShare.SettledOf(day, At("2026-11-27T09:00Z"), TwoHours));
        Assert.Equal(new Window(At("2026-11-22T19:00Z"), At("2026-11-23T18:00Z")), FleetShare.SettledOf(inIndia, At("2026-11-27T09:00Z"), TwoHours));
    }

    [Fact]
    public void A_quarter_of_the_period_but_at_most_a_day_is_needed_before_anything_alerts()
    {
        Assert.Equal(6, FleetShare.HoursNeededOf(new Window(At("2026-11-23T00:00Z"), At("2026-11-24T00:00Z"))));
        Assert.Equal(24, FleetShare.HoursNeededOf(November));
        Assert.Equal(1, FleetShare.HoursNeededOf(new Window(At("2026-11-23T00:00Z"), At("2026-11-23T02:00Z"))));

        Assert.Empty(Happened(On(BudgetMeasure.IdleShare, 30m, 100m), Seen(BudgetMeasure.IdleShare, 0.9m, hours: 23)));
        Assert.Empty(Happened(On(BudgetMeasure.Utilisation, 60m, 50m), Seen(BudgetMeasure.Utilisation, null)));
    }

    [Fact]
    public void An_idle_share_alerts_at_or_above_its_limit_and_recovers_5_percent_below_it()
    {
        var state = On(BudgetMeasure.IdleShare, 40m, 100m);

        Assert.Empty(Happened(state, Seen(BudgetMeasure.IdleShare, 0.399m)));
        var crossed = After(state, Seen(BudgetMeasure.IdleShare, 0.4m));
        Assert.Equal(["ThresholdCrossed 100 Fleets h100-a, h100-b were idle 40 % of what they cost in 48 settled hours."], Happened(state, Seen(BudgetMeasure.IdleShare, 0.4m)));
        Assert.Empty(Happened(crossed, Seen(BudgetMeasure.IdleShare, 0.38m)));
        Assert.Equal(
            ["ThresholdRetracted 100 It has recovered: the period has 37.9 of 40, below the threshold of 40."], Happened(crossed, Seen(BudgetMeasure.IdleShare, 0.379m)));
    }

    [Fact]
    public void Utilisation_alerts_at_or_below_its_limit_the_mildest_first_and_recovers_above_it()
    {
        var state = On(BudgetMeasure.Utilisation, 60m, 50m, 100m);

        Assert.Empty(Happened(state, Seen(BudgetMeasure.Utilisation, 0.399m)));
        Assert.StartsWith("ThresholdCrossed 100 ", Assert.Single(Happened(state, Seen(BudgetMeasure.Utilisation, 0.4m))), StringComparison.Ordinal);
        Assert.Equal(2, Happened(state, Seen(BudgetMeasure.Utilisation, 0.7m)).Count());
        var crossed = After(state, Seen(BudgetMeasure.Utilisation, 0.5m));
        Assert.Empty(Happened(crossed, Seen(BudgetMeasure.Utilisation, 0.37m)));
        Assert.Equal(
            ["ThresholdRetracted 100 It has recovered: the period has 63.1 of 60, above the threshold of 60."], Happened(crossed, Seen(BudgetMeasure.Utilisation, 0.369m)));
        var recovered = After(crossed, Seen(BudgetMeasure.Utilisation, 0.369m));
        Assert.Equal(
            ["ThresholdRecrossed 100 It was crossed again after it had been taken back: the period has 60 of 60, at or below the threshold of 60."],
            Happened(recovered, Seen(BudgetMeasure.Utilisation, 0.4m)));
    }

    [Fact]
    public void A_limit_near_all_can_still_recover() => Assert.True(BudgetMeasure.Utilisation.Recovers(99.6m, 99m));

    [Fact]
    public void However_a_share_sways_what_is_told_of_a_threshold_alternates_and_no_kind_twice() =>
        Gen.Select(Gen.Int[0, 1_000].Array[1, 40], Gen.Bool).Sample((thousandths, isIdle) =>
        {
            var measure = isIdle ? BudgetMeasure.IdleShare : BudgetMeasure.Utilisation;
            var state = On(measure, 50m, 100m);
            var told = new List<PeriodEvent>();
            foreach (var share in thousandths)
            {
                var happened = BudgetDecider.Decide(Seen(measure, share / 1_000m), state).Cast<PeriodEvent>().ToList();
                told.AddRange(happened);
                state = (Budget.Open)happened.Aggregate((Budget)state, BudgetDecider.Evolve);
                var value = isIdle ? share / 10m : 100m - share / 10m;
                if (measure.Reaches(value, 50m)) Assert.False(state.LifeOf(new Crossing(November.From, 100m)).IsRetracted);
            }

            Assert.All(told, (e, i) => Assert.Equal(i % 2 == 1, e is ThresholdRetracted));
            var messages = told.Where(e => !e.Suppressed).Select(AlertId.Of).ToList();
            Assert.Equal(messages.Distinct(), messages);
        });

    [Fact]
    public void What_a_share_cannot_be_is_refused_with_its_field_all_at_once()
    {
        var draft = new BudgetDraft { Tenant = "acme", Measure = BudgetMeasure.IdleShare, Amount = 40m };

        Assert.Empty(BudgetRules.Read(draft, "a", DateInUtc, Now, out var terms));
        Assert.Equal(BudgetRules.NoCurrency, terms!.Amount.Currency.Code);
        Assert.True(terms.IsWatched);
        Assert.Equal(
            ["amount amount_out_of_range", "currency currency_unwanted", "driftThresholds drift_without_cost", "raise raise_of_share", "scope.models scope_of_fleets", "scope.tags scope_of_fleets"],
            Flaws(draft with
            {
                Amount = 100.5m,
                Currency = "USD",
                Models = ["m"],
                Tags = [("team", "a")],
                DriftThresholds = [20m],
                Raise = new TemporaryRaise(1m, Now.AddDays(1)),
            }));
        Assert.Equal(["forecastThresholds forecast_of_quotient"], Flaws(draft with { ForecastThresholds = [100m] }));
        Assert.Equal(["rolloverPercent rollover_without_next"], Flaws(draft with { RolloverPercent = 10m }));
        Assert.Equal(["amount amount_out_of_range"], Flaws(draft with { Changes = AmountChanges.None.With(new AmountFrom(Now, 101m)) }));
        Assert.Equal(["thresholds threshold_out_of_range"], Flaws(draft with { Thresholds = [251m] }));
        Assert.Equal(["thresholdAmounts threshold_out_of_range"], Flaws(draft with { Measure = BudgetMeasure.Utilisation, ThresholdAmounts = [60m, 100m] }));
        Assert.Equal(["thresholds threshold_out_of_range"], Flaws(draft with { Measure = BudgetMeasure.Utilisation, Amount = 100m }));
    }

    [Fact]
    public void A_first_period_that_is_not_whole_has_the_whole_amount_of_a_quotient()
    {
        var half = new Window(At("2026-11-16T00:00Z"), November.To);

        Assert.Equal(40m, PeriodAmount.Own(Terms(40m) with { Measure = BudgetMeasure.IdleShare }, half, November));
        Assert.Equal(20m, PeriodAmount.Own(Terms(40m), half, November));
    }

    private static IEnumerable<string> Flaws(BudgetDraft draft) =>
        BudgetRules.Read(draft, "a", DateInUtc, Now, out _).Select(f => $"{f.Field} {f.Code}").Order(StringComparer.Ordinal);

    private static Budget.Open On(BudgetMeasure measure, decimal amount, params decimal[] thresholds) =>
        (Budget.Open)Given(new BudgetCreated(Id, Terms(amount, thresholds: thresholds) with { Measure = measure, Amount = Percent(amount) }, Now, "finance"));

    private static RecordSpend Seen(BudgetMeasure measure, decimal? idle, int hours = 48)
    {
        var share = new FleetShare(["h100-a", "h100-b"], November, hours, FleetShare.HoursNeededOf(November), idle);
        return new RecordSpend(November, Percent(share.Of(measure) ?? 0), Now, Backfilled: false, MayTakeBack: true) { Share = share };
    }

    private static Money Percent(decimal amount) => new(amount, new Currency(BudgetRules.NoCurrency));

    private static Budget.Open After(Budget state, RecordSpend seen) => (Budget.Open)BudgetDecider.Decide(seen, state).Aggregate(state, BudgetDecider.Evolve);

    private static IEnumerable<string> Happened(Budget state, RecordSpend seen) => BudgetDecider.Decide(seen, state).Cast<PeriodEvent>()
        .Select(e => FormattableString.Invariant($"{e.GetType().Name} {e.ThresholdPercent} {AlertCause.Of(e)}"));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
