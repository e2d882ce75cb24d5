using CsCheck;
using FinOps.Domain.Budgets;
using static FinOps.Domain.Tests.Budgets.BudgetScenario;

namespace FinOps.Domain.Tests.Budgets;

public sealed class RetractionTests
{
    [Fact]
    public void Spend_that_falls_below_crossed_thresholds_takes_them_back_once()
    {
        var crossed = After(Given(Created()), Spend(420m));

        Assert.Equal(["ThresholdRetracted 50 False", "ThresholdRetracted 80 False"], Happened(crossed, Fell(249.99m)));
        Assert.Equal(["ThresholdRetracted 80 False"], Happened(crossed, Fell(250m)));
        Assert.Empty(Happened(After(crossed, Fell(200m)), Fell(100m)));
    }

    [Fact]
    public void A_spend_that_may_be_older_than_the_crossing_takes_nothing_back() =>
        Assert.Empty(Happened(After(Given(Created()), Spend(420m)), Spend(100m)));

    [Fact]
    public void A_threshold_that_returns_is_no_second_alert_and_each_notice_goes_out_once()
    {
        var state = After(Given(Created(thresholds: 50m)), Spend(300m));
        var told = new List<string>();
        foreach (var spend in (decimal[])[100m, 300m, 100m, 300m, 100m])
        {
            told.AddRange(Happened(state, Fell(spend)));
            state = After(state, Fell(spend));
        }

        Assert.Equal(
            [
                "ThresholdRetracted 50 False", "ThresholdRecrossed 50 False", "ThresholdRetracted 50 True", "ThresholdRecrossed 50 True",
                "ThresholdRetracted 50 True",
            ], told);
    }

    [Fact]
    public void What_was_listed_only_is_taken_back_without_a_word()
    {
        var quiet = After(Given(Created(thresholds: 50m)), Spend(300m, backfilled: true));

        Assert.Equal(["ThresholdRetracted 50 True"], Happened(quiet, Fell(100m)));
    }

    [Fact]
    public void A_raised_amount_takes_back_what_the_spend_is_now_below()
    {
        var raised = After(Given(Created(thresholds: 50m)), Spend(300m));
        raised = BudgetDecider.Evolve(raised, new BudgetChanged(Id, Terms(1_000m, thresholds: 50m), Now, "finance"));

        Assert.Equal(["ThresholdRetracted 50 False"], Happened(raised, Fell(300m)));
        Assert.Equal(["ThresholdRecrossed 50 False"], Happened(After(raised, Fell(300m)), Fell(500m)));
    }

    [Fact]
    public void However_spend_moves_a_threshold_counts_as_crossed_exactly_while_the_spend_reaches_it_and_tells_each_kind_once() =>
        Gen.Int[0, 600].Array[1, 25].Sample(spends =>
        {
            var state = (Budget.Open)Given(Created(thresholds: [50m, 80m]));
            var told = new List<string>();
            foreach (var spend in spends)
            {
                var events = BudgetDecider.Decide(Fell(spend), state).Cast<PeriodEvent>().ToList();
                told.AddRange(events.Where(e => !e.Suppressed).Select(AlertId.Of));
                state = (Budget.Open)events.Aggregate((Budget)state, BudgetDecider.Evolve);
                foreach (var percent in (decimal[])[50m, 80m])
                {
                    var crossing = new Crossing(November.From, percent);
                    Assert.Equal(spend >= percent * 5m, state.Crossed.Contains(crossing) && !state.LifeOf(crossing).IsRetracted);
                }
            }

            Assert.Equal(told.Distinct(), told);
            Assert.Equal(state.Folded.Values.Sum(), Folded(spends));
        });

    private static int Folded(int[] spends) => new[] { 250, 400 }.Sum(limit =>
        spends.Prepend(0).Zip(spends).Count(pair => pair.First >= limit != pair.Second >= limit));

    private static Budget After(Budget state, RecordSpend spend) => BudgetDecider.Decide(spend, state).Aggregate(state, BudgetDecider.Evolve);

    private static IEnumerable<string> Happened(Budget state, RecordSpend spend) => BudgetDecider.Decide(spend, state).Cast<PeriodEvent>()
        .Select(e => FormattableString.Invariant($"{e.GetType().Name} {e.ThresholdPercent} {e.Suppressed}"));
}
