using CsCheck;
using FinOps.Domain.Budgets;
using static FinOps.Domain.Tests.Budgets.BudgetScenario;

namespace FinOps.Domain.Tests.Budgets;

public sealed class CrossingProperties
{
    private static readonly Gen<decimal[]> GenThresholds =
        Gen.Int[1, 100_000].HashSet[1, 10].Select(percents => percents.Order().Select(p => p / 100m).ToArray());

    private static readonly Gen<(decimal Amount, decimal[] Thresholds, decimal[] Spends)> GenHistory = Gen.Select(
        Gen.Long[1, 1_000_000_000].Select(n => n / 10_000m), GenThresholds, Gen.Long[0, 20_000_000_000].Select(n => n / 10_000_000m).Array[1, 30]);

    [Fact]
    public void However_spend_moves_each_threshold_crosses_at_most_once_and_exactly_when_the_highest_spend_reached_it() =>
        GenHistory.Sample((amount, thresholds, spends) =>
        {
            var state = Given(Created(amount, thresholds: thresholds));
            var crossed = new List<decimal>();
            foreach (var spend in spends)
            {
                var events = BudgetDecider.Decide(Spend(spend), state);
                state = events.Aggregate(state, BudgetDecider.Evolve);
                crossed.AddRange(events.Cast<ThresholdCrossed>().Select(e => e.ThresholdPercent));
            }

            var reached = thresholds.Where(t => spends.Max() * 100m >= amount * t);
            Assert.Equal(reached, crossed.Order());
        });

    [Fact]
    public void Recording_the_same_spend_twice_is_recording_it_once() =>
        GenHistory.Sample((amount, thresholds, spends) =>
        {
            var state = Given(Created(amount, thresholds: thresholds));
            var once = BudgetDecider.Decide(Spend(spends[0]), state).Aggregate(state, BudgetDecider.Evolve);

            Assert.Empty(BudgetDecider.Decide(Spend(spends[0]), once));
        });
}
