using CsCheck;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using static FinOps.Domain.Tests.Budgets.BudgetScenario;

namespace FinOps.Domain.Tests.Budgets;

/// <summary>Days that lie above what a budget's own past says.</summary>
public sealed class AnomalyTests
{
    private static readonly DateOnly Monday = new(2026, 9, 28);

    [Fact]
    public void A_day_is_expected_to_come_to_the_median_of_the_last_four_of_its_name_and_may_lie_some_usual_distances_above()
    {
        // Mondays 100, 110, 90, 400, 100: one wild day moves nothing. All other days are 50.
        var past = Days(35, day => day % 7 > 0 ? 50m : new[] { 100m, 110m, 90m, 400m, 100m }[day / 7]);

        Assert.Equal(new DayExpectation(105m, 157.5m), Anomalies.Of(past, Monday.AddDays(35), 500m, AnomalySensitivity.Medium));
        Assert.Equal(new DayExpectation(105m, 189m), Anomalies.Of(past, Monday.AddDays(35), 500m, AnomalySensitivity.Low));
        Assert.Equal(new DayExpectation(50m, 65m), Anomalies.Of(past, Monday.AddDays(36), 500m, AnomalySensitivity.High));
        Assert.Equal(new DayExpectation(50m, 150m), Anomalies.Of(past, Monday.AddDays(36), 10_000m, AnomalySensitivity.High));
    }

    [Fact]
    public void A_noisy_past_allows_more()
    {
        var past = Days(56, day => 100m + (day * 37 % 7 - 3) * 20m + (day % 3 - 1) * 30m);
        var distance = Anomalies.Of(past, Monday.AddDays(56), 1m, AnomalySensitivity.High)!;

        Assert.True(distance.Most - distance.Expected > 3 * 0.1m * distance.Expected);
    }

    [Fact]
    public void A_past_that_is_short_or_empty_says_nothing()
    {
        Assert.Null(Anomalies.Of(Days(13, _ => 50m), Monday.AddDays(13), 500m, AnomalySensitivity.High));
        Assert.Null(Anomalies.Of(Days(40, _ => 0m), Monday.AddDays(40), 500m, AnomalySensitivity.High));
        Assert.Equal(new AnomalyBacktest(0, 0), Anomalies.Backtest(Days(14, _ => 50m), 500m, AnomalySensitivity.High));
        Assert.Null(new AnomalyBacktest(0, 0).Percent);
    }

    [Fact]
    public void The_past_tells_how_often_the_method_would_have_alerted()
    {
        var past = Days(56, day => day is 40 ? 500m : 50m);

        Assert.Equal(new AnomalyBacktest(28, 1), Anomalies.Backtest(past, 500m, AnomalySensitivity.Medium));
        Assert.Equal(3.57m, Anomalies.Backtest(past, 500m, AnomalySensitivity.Medium).Percent);
    }

    [Fact]
    public void Days_that_stay_within_a_tenth_of_their_week_never_alert_and_four_times_the_largest_day_always_does() =>
        Gen.Select(Gen.Int[5, 1_000].Array[7], Gen.Int[-10, 10].Array[60], Gen.Enum<AnomalySensitivity>()).Sample((week, noise, sensitivity) =>
        {
            var past = Days(56, day => week[day % 7] * (100m + noise[day]) / 100m);
            var expectation = Anomalies.Of(past, Monday.AddDays(56), 1m, sensitivity)!;
            var (least, most) = (week[0] * 0.9m, week[0] * 1.1m);

            Assert.InRange(expectation.Expected, least - 0.00000001m, most + 0.00000001m);
            Assert.True(expectation.Most > most);
            Assert.True(expectation.Most >= expectation.Expected + 0.3m * expectation.Expected);
            // The other days' noise is in their own amounts, so a small day beside large ones may lie further off.
            if (week.Max() <= 2 * week.Min()) Assert.True(expectation.Most < 4m * week.Max());
        });

    [Fact]
    public void Whatever_the_past_a_higher_sensitivity_never_allows_more() =>
        Gen.Int[0, 1_000].Array[14, 70].Sample(amounts =>
        {
            var past = Days(amounts.Length, day => amounts[day]);
            var most = new[] { AnomalySensitivity.High, AnomalySensitivity.Medium, AnomalySensitivity.Low }
                .Select(s => Anomalies.Of(past, Monday.AddDays(amounts.Length), 10m, s)?.Most).ToList();

            Assert.Equal(most.Order(), most);
            Assert.All(most, m => Assert.True(m is null or > 0));
        });

    [Fact]
    public void The_cause_names_who_carries_most_of_the_excess()
    {
        IReadOnlyList<DayPart> models = [new("model a", 160m, 60m), new("model b", 30m, 20m), new("model c", 0m, 40m)];
        IReadOnlyList<DayPart> fleets = [new("fleet x", 40m, 10m), new("fleet y", 50m, 20m), new("fleet z", 60m, 29m), new("fleet w", 40m, 20m)];

        Assert.Equal(
            "2026-11-02 has 190 where a Monday comes to 80 and to 120.5 at most: model a carries 91 % of the excess (+100).",
            AnomalyCause.Of(new DateOnly(2026, 11, 2), 190m, new DayExpectation(80m, 120.5m), [models, fleets, []]));
        Assert.Contains("none carries a third", AnomalyCause.Of(new DateOnly(2026, 11, 2), 190m, new DayExpectation(80m, 120.5m), [fleets]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_day_alerts_once_whatever_the_sensitivity_becomes_and_is_taken_back_when_a_correction_makes_it_usual()
    {
        var state = Given(new BudgetCreated(Id, Terms() with { Anomaly = AnomalySensitivity.Low }, Now, "finance"));

        Assert.Empty(BudgetDecider.Decide(Day(119m), state));
        var crossed = (PeriodEvent)Assert.Single(BudgetDecider.Decide(Day(120m), state));
        Assert.Equal("alert_acme-monthly_2026-11-23T0000Z_u100", AlertId.Of(crossed));
        Assert.Equal(("because", 120m, 120m), (AlertCause.Of(crossed), crossed.Amount.Amount, crossed.Limit));
        var after = BudgetDecider.Evolve(BudgetDecider.Evolve(state, crossed), new BudgetChanged(Id, Terms() with { Anomaly = AnomalySensitivity.High }, Now, "finance"));
        Assert.Empty(BudgetDecider.Decide(Day(900m), after));
        Assert.Equal(
            "The day comes to 80 after a correction, which is not out of the ordinary.",
            AlertCause.Of(Assert.IsType<ThresholdRetracted>(Assert.Single(BudgetDecider.Decide(Day(80m), after)))));
        Assert.Empty(BudgetDecider.Decide(Day(900m), Given(Created())));
    }

    [Fact]
    public void A_quotient_has_no_anomalies() => Assert.Equal("anomaly_of_quotient", Assert.Single(BudgetRules.Read(
        new BudgetDraft { Tenant = "acme", Amount = 5m, Currency = "USD", Measure = BudgetMeasure.CostPerMillionTokens, Anomaly = AnomalySensitivity.Low }, "a", DateInUtc, Now,
        out _)).Code);

    private static RecordSpend Day(decimal amount)
    {
        var start = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
        return new RecordSpend(new Window(start, start.AddDays(1)), Usd(amount), Now, Backfilled: false, MayTakeBack: true)
        {
            Anomaly = new HeldDay(new DayExpectation(80m, 120m), "because"),
        };
    }

    private static List<DayAmount> Days(int count, Func<int, decimal> amount) =>
        [.. Enumerable.Range(0, count).Select(day => new DayAmount(Monday.AddDays(day), amount(day)))];
}
