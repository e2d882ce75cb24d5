using FinOps.Domain.Budgets;
using static FinOps.Domain.Tests.Budgets.BudgetScenario;

namespace FinOps.Domain.Tests.Budgets;

public sealed class BudgetTermsTests
{
    private static readonly BudgetDraft Good = new() { Tenant = "acme", Amount = 500m, Currency = "USD" };

    private static readonly DateTimeOffset Later = Now.AddDays(3);

    [Fact]
    public void A_budget_may_say_all_that_there_is_to_say()
    {
        var draft = Good with
        {
            Models = ["m2", "m1", "m1"],
            Fleets = ["f1"],
            Tags = [("team", "search")],
            Kind = BudgetKind.Hard,
            Thresholds = [50m],
            ThresholdAmounts = [100m, 450.5m],
            ForecastThresholds = [100m, 120m],
            RolloverPercent = 25m,
            Raise = new TemporaryRaise(50m, Later),
            Period = new PeriodDraft { Kind = BudgetPeriodKind.Quarter, Start = Now },
        };

        Assert.Empty(BudgetRules.Read(draft, "a", DateInUtc, Now, out var terms));

        Assert.Equal("model m1; model m2; fleet f1; tag team=search", terms!.Scope.ToString());
        Assert.Equal(new BudgetPeriod.Recurring(PeriodUnit.Quarter, new DateOnly(2026, 10, 1), "UTC"), terms.Period);
        Assert.Equal(
            [(50m, ThresholdKind.Percent, 250m), (100m, ThresholdKind.Absolute, 100m), (450.5m, ThresholdKind.Absolute, 450.5m), (100m, ThresholdKind.Forecast, 500m), (120m, ThresholdKind.Forecast, 600m)],
            terms.Limits(500m));
    }

    [Fact]
    public void Tokens_and_calls_have_no_currency_and_amounts_or_forecasts_take_the_usual_thresholds_place()
    {
        BudgetRules.Read(new BudgetDraft { Tenant = "acme", Amount = 1_000_000m, Measure = BudgetMeasure.Tokens }, "a", DateInUtc, Now, out var tokens);
        BudgetRules.Read(Good with { ThresholdAmounts = [10m] }, "a", DateInUtc, Now, out var amounts);

        Assert.Equal("XXX", tokens!.Amount.Currency.Code);
        Assert.True(amounts!.Thresholds.IsNone);
        Assert.Equal("currency_unwanted currency", FlawOf(Good with { Measure = BudgetMeasure.Requests }));
    }

    [Fact]
    public void Each_flaw_names_its_field()
    {
        Assert.Equal("thresholds_not_ascending thresholdAmounts", FlawOf(Good with { ThresholdAmounts = [20m, 20m] }));
        Assert.Equal("threshold_out_of_range thresholdAmounts", FlawOf(Good with { ThresholdAmounts = [-1m] }));
        Assert.Equal("thresholds_not_ascending forecastThresholds", FlawOf(Good with { ForecastThresholds = [120m, 100m] }));
        Assert.Equal("scope_invalid scope.models", FlawOf(Good with { Models = [""] }));
        Assert.Equal("scope_invalid scope.tags.value", FlawOf(Good with { Tags = [("team", " x")] }));
        Assert.Equal("rollover_out_of_range rolloverPercent", FlawOf(Good with { RolloverPercent = 101m }));
        Assert.Equal("rollover_without_next rolloverPercent", FlawOf(Good with { RolloverPercent = 10m, Period = new() { Start = November.From, End = November.To } }));
        Assert.Equal("raise_over raise.until", FlawOf(Good with { Raise = new TemporaryRaise(1m, Now) }));
        Assert.Equal("raise_out_of_range raise.by", FlawOf(Good with { Raise = new TemporaryRaise(0m, Later) }));
        Assert.Equal("forecast_of_quotient forecastThresholds", FlawOf(Good with { Measure = BudgetMeasure.CostPerMillionTokens, ForecastThresholds = [100m] }));
        Assert.Equal("period_days_out_of_range period.days", FlawOf(Good with { Period = new() { Kind = BudgetPeriodKind.Rolling } }));
        Assert.Equal("period_days_unwanted period.days", FlawOf(Good with { Period = new() { Kind = BudgetPeriodKind.Week, Days = 7 } }));
        Assert.Equal("period_end_unwanted period.end", FlawOf(Good with { Period = new() { Kind = BudgetPeriodKind.Day, Start = November.From, End = November.To } }));
        Assert.Equal("period_start_missing period.start", FlawOf(Good with { Period = new() { Prorate = true } }));
        Assert.Equal("period_off_boundary period.start", FlawOf(Good with { Period = new() { Prorate = true, Start = Now.AddMinutes(1) } }));
    }

    [Theory]
    [InlineData("2026-11-23", "2026-11-23", "2026-11-23", "2026-11-01", "2026-10-01")]
    [InlineData("2026-11-29", "2026-11-29", "2026-11-23", "2026-11-01", "2026-10-01")]
    [InlineData("2027-01-01", "2027-01-01", "2026-12-28", "2027-01-01", "2027-01-01")]
    [InlineData("2028-02-29", "2028-02-29", "2028-02-28", "2028-02-01", "2028-01-01")]
    public void A_date_lies_in_its_day_its_week_from_monday_its_month_and_its_quarter(string date, params string[] starts) =>
        Assert.Equal(
            starts.Select(s => DateOnly.Parse(s, System.Globalization.CultureInfo.InvariantCulture)),
            new[] { PeriodUnit.Day, PeriodUnit.Week, PeriodUnit.Month, PeriodUnit.Quarter }
                .Select(unit => PeriodDates.StartOf(unit, DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture))));

    [Fact]
    public void A_period_has_the_amount_of_its_start_and_a_part_of_one_its_share()
    {
        var terms = Terms(300m) with { Changes = AmountChanges.None.With(new AmountFrom(December.From, 400m)).With(new AmountFrom(December.From.AddMonths(5), 900m)) };
        var lastTenDays = new Domain.Values.Window(November.To.AddDays(-10), November.To);

        Assert.Equal(300m, PeriodAmount.Own(terms, November, November));
        Assert.Equal(400m, PeriodAmount.Own(terms, December, December));
        Assert.Equal(100m, PeriodAmount.Own(terms, lastTenDays, November));
    }

    [Fact]
    public void What_was_left_goes_into_the_next_period_once_and_within_its_bound()
    {
        var terms = Terms(300m) with { RolloverPercent = 20m };

        Assert.Equal(340m, PeriodAmount.Of(terms, December, 300m, new PeriodBefore(300m, 260m), Now));
        Assert.Equal(360m, PeriodAmount.Of(terms, December, 300m, new PeriodBefore(300m, 0m), Now));
        Assert.Equal(300m, PeriodAmount.Of(terms, December, 300m, new PeriodBefore(300m, 310m), Now));
        Assert.Equal(300m, PeriodAmount.Of(terms, December, 300m, null, Now));
    }

    [Fact]
    public void A_raise_holds_until_its_end_for_the_period_that_runs()
    {
        var terms = Terms(300m) with { Raise = new TemporaryRaise(50m, Later) };

        Assert.Equal(350m, PeriodAmount.Of(terms, November, 300m, null, Now));
        Assert.Equal(300m, PeriodAmount.Of(terms, November, 300m, null, Later));
        Assert.Equal(300m, PeriodAmount.Of(terms, November, 300m, null, November.To));
    }

    [Fact]
    public void Absolute_and_forecast_thresholds_cross_beside_percents_each_under_an_id_of_its_own()
    {
        var terms = Terms(500m, thresholds: 50m) with { ThresholdAmounts = Thresholds.ReadAmounts([50m], "").Thresholds!, ForecastThresholds = Thresholds.Read([50m]).Thresholds! };
        var state = Given(new BudgetCreated(Id, terms, Now, "finance"));

        var events = BudgetDecider.Decide(Spend(260m) with { Forecast = 700m }, state).Cast<ThresholdCrossed>().ToList();

        Assert.Equal(["50", "a50", "f50"], events.Select(e => AlertId.Of(e).Split('_')[^1]));
        Assert.Equal([50m, 10m, 50m], events.Select(e => e.Percent));
        Assert.Equal("The period is foreseen to come to 700 of 500; so far it has 260.", AlertCause.Of(events[2]));
        var after = events.Aggregate(state, BudgetDecider.Evolve);
        Assert.Empty(BudgetDecider.Decide(Spend(270m) with { Forecast = 900m }, after));
        // What was foreseen is not taken back; what is in the books is.
        Assert.Equal(["50", "a50"], BudgetDecider.Decide(Fell(10m) with { Forecast = 20m }, after).Cast<PeriodEvent>().Select(e => AlertId.Of(e).Split('_')[^2]));
    }

    [Fact]
    public void A_rolling_period_alerts_on_the_day_that_it_comes_to_a_threshold_and_not_again_while_it_stays_there()
    {
        var state = Given(Created(thresholds: 50m));

        Assert.Empty(BudgetDecider.Decide(Spend(300m) with { DayBefore = 250m }, state));
        Assert.Single(BudgetDecider.Decide(Spend(300m) with { DayBefore = 249m }, state));
    }

    [Fact]
    public void A_quotient_has_recovered_only_well_below_its_threshold()
    {
        var terms = Terms(2m, thresholds: 100m) with { Measure = BudgetMeasure.CostPerMillionTokens };
        var crossed = BudgetDecider.Decide(Spend(2.1m), Given(new BudgetCreated(Id, terms, Now, "f"))).Aggregate(Given(new BudgetCreated(Id, terms, Now, "f")), BudgetDecider.Evolve);

        Assert.Empty(BudgetDecider.Decide(Fell(1.9m), crossed));
        Assert.StartsWith("It has recovered", AlertCause.Of(Assert.IsType<ThresholdRetracted>(Assert.Single(BudgetDecider.Decide(Fell(1.89m), crossed)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_a_call_adds_to_makes_a_hard_budget_and_only_a_hard_one_chooses_what_it_does_when_away()
    {
        BudgetMeasure[] held = [BudgetMeasure.Charge, BudgetMeasure.Tokens, BudgetMeasure.InputTokens, BudgetMeasure.OutputTokens, BudgetMeasure.Requests];
        foreach (var measure in Enum.GetValues<BudgetMeasure>())
        {
            var flaws = BudgetRules.Read(Good with { Kind = BudgetKind.Hard, Measure = measure, Currency = measure.IsMoney() ? "USD" : null }, "a", DateInUtc, Now, out _);
            Assert.Equal(held.Contains(measure) ? [] : ["kind_unsupported kind"], flaws.Where(f => f.Field == "kind").Select(f => $"{f.Code} {f.Field}"));
        }

        Assert.Equal("when_away_unwanted whenAway", FlawOf(Good with { Kind = BudgetKind.Soft, WhenAway = WhenAway.Closed }));
        BudgetRules.Read(Good with { Kind = BudgetKind.Hard }, "a", DateInUtc, Now, out var hard);
        Assert.Equal(WhenAway.Closed, hard!.WhenAway);
        Assert.Equal(
            [new TermsChange("kind", "Advisory", "Hard"), new TermsChange("whenAway", null, "Open")],
            TermsChange.Between(hard with { Kind = BudgetKind.Advisory }, hard with { WhenAway = WhenAway.Open }));
    }

    [Fact]
    public void The_difference_of_two_versions_names_each_field_with_its_text_before_and_after()
    {
        var before = Terms(500m);

        Assert.Equal(
            [new TermsChange("kind", "Advisory", "Soft"), new TermsChange("amount", "500", "600.5"), new TermsChange("amountChanges", null, "700 from 2026-12-01T00:00:00Z")],
            TermsChange.Between(before, before with { Amount = Usd(600.5m), Kind = BudgetKind.Soft, Changes = AmountChanges.None.With(new AmountFrom(December.From, 700m)) }));
        Assert.Contains(new TermsChange("period", null, "month from 2026-11, UTC"), TermsChange.Between(null, before));
    }

    private static string FlawOf(BudgetDraft draft)
    {
        var flaw = Assert.Single(BudgetRules.Read(draft, "a", DateInUtc, Now, out _));
        return $"{flaw.Code} {flaw.Field}";
    }
}
