using FinOps.Domain.Budgets;
using static FinOps.Domain.Tests.Budgets.BudgetScenario;

namespace FinOps.Domain.Tests.Budgets;

public sealed class SignsTests
{
    [Fact]
    public void A_drift_says_by_how_much_against_its_past_and_its_target_and_what_idle_did_meanwhile()
    {
        Assert.Equal("cost per token +38 %: idle share 12 → 41 %", Drift(1m, 1.38m, idleBefore: 0.12m, idleNow: 0.41m).Cause);
        Assert.Equal("cost per token +38 % (+15 % against its target): idle share 12 → 41 %", Drift(1m, 1.38m, 1.2m, 0.12m, 0.41m).Cause);
        Assert.Equal("cost per token −10 %: idle share unchanged at 41 %, so what serves costs more or yields less", Drift(1m, 0.9m, null, 0.41m, 0.412m).Cause);
        Assert.Equal("cost per token +100 %", Drift(1m, 2m).Cause);
        Assert.Null(Drift(null, 2m).Cause);
        Assert.Null(Drift(0m, 2m).Percent);
    }

    [Fact]
    public void A_drift_alerts_once_with_its_cause_and_tells_of_its_end()
    {
        var terms = Terms(100m) with { Measure = BudgetMeasure.CostPerMillionTokens, DriftThresholds = Thresholds.Read([25m, 50m]).Thresholds! };
        var state = Given(new BudgetCreated(Id, terms, Now, "finance"));

        var crossed = Assert.Single(BudgetDecider.Decide(Spend(1m) with { Drift = Drift(1m, 1.38m, null, 0.12m, 0.41m) }, state));

        Assert.Equal("alert_acme-monthly_2026-11-01T0000Z_d25", AlertId.Of((PeriodEvent)crossed));
        Assert.Equal("cost per token +38 %: idle share 12 → 41 %", AlertCause.Of((PeriodEvent)crossed));
        var after = BudgetDecider.Evolve(state, crossed);
        Assert.Empty(BudgetDecider.Decide(Spend(1m) with { Drift = Drift(1m, 1.3m) }, after));
        Assert.Empty(BudgetDecider.Decide(Spend(1m), after));
        Assert.Equal("The unit cost lies near that of the week before again.", AlertCause.Of(Assert.IsType<ThresholdRetracted>(
            Assert.Single(BudgetDecider.Decide(Spend(1m) with { Drift = Drift(1m, 1.05m) }, after)))));
    }

    [Fact]
    public void A_unit_cost_far_above_its_target_alerts_once_with_the_largest_cause_of_the_gap()
    {
        var terms = Terms(100m) with { Measure = BudgetMeasure.Cost, Thresholds = Thresholds.None, TargetThresholds = Thresholds.Read([25m, 50m]).Thresholds! };
        var state = Given(new BudgetCreated(Id, terms, Now, "finance"));
        var drift = Drift(1.3m, 1.38m, target: 1m, idleNow: 0.41m);

        var crossed = (PeriodEvent)Assert.Single(BudgetDecider.Decide(
            Spend(1m) with { Drift = drift with { GapCause = "63 % of the gap: fleet h100-a was idle 41 % of its accelerator-hours" } }, state));

        Assert.Equal("alert_acme-monthly_2026-11-01T0000Z_t25", AlertId.Of(crossed));
        Assert.Equal("cost per token +38 % above its target; 63 % of the gap: fleet h100-a was idle 41 % of its accelerator-hours", AlertCause.Of(crossed));
        Assert.Equal("cost per token +38 % above its target; its fleets were idle 41 %", drift.TargetCause);
        Assert.Null(Drift(1m, 1.38m).TargetCause);
        var after = BudgetDecider.Evolve(state, crossed);
        Assert.Empty(BudgetDecider.Decide(Spend(1m) with { Drift = drift }, after));
        Assert.Equal("The unit cost lies near its target again.", AlertCause.Of(Assert.IsType<ThresholdRetracted>(
            Assert.Single(BudgetDecider.Decide(Spend(1m) with { Drift = Drift(1.3m, 1.1m, 1m) }, after)))));
    }

    [Fact]
    public void Silence_alerts_once_in_a_period_and_tells_when_usage_comes_again()
    {
        var terms = Terms(100m) with { NoDataAfterHours = 6, Scope = new BudgetScope([], ["f1"], []) };
        var state = Given(new BudgetCreated(Id, terms, Now, "finance"));

        Assert.Empty(BudgetDecider.Decide(Spend(1m) with { SilentHours = 5.99m }, state));
        var silent = Assert.Single(BudgetDecider.Decide(Spend(1m) with { SilentHours = 6.5m }, state));
        var after = BudgetDecider.Evolve(state, silent);

        Assert.Equal("No usage of fleet f1 for 6.5 hours.", AlertCause.Of((PeriodEvent)silent));
        Assert.Empty(BudgetDecider.Decide(Spend(1m) with { SilentHours = 9m }, after));
        Assert.Equal("Usage comes again.", AlertCause.Of(Assert.IsType<ThresholdRetracted>(Assert.Single(BudgetDecider.Decide(Spend(1m) with { SilentHours = 0m }, after)))));
    }

    [Fact]
    public void Drift_is_of_budgets_that_see_cost_and_silence_has_a_bound()
    {
        static string FlawOf(BudgetDraft draft) => Assert.Single(BudgetRules.Read(draft, "a", DateInUtc, Now, out _)).Code;
        var good = new BudgetDraft { Tenant = "acme", Amount = 500m, Currency = "USD" };

        Assert.Equal("drift_without_cost", FlawOf(good with { DriftThresholds = [20m] }));
        Assert.Equal("thresholds_not_ascending", FlawOf(good with { Measure = BudgetMeasure.Cost, DriftThresholds = [20m, 20m] }));
        Assert.Equal("target_without_cost", FlawOf(good with { TargetThresholds = [20m] }));
        Assert.Equal("threshold_out_of_range", FlawOf(good with { Measure = BudgetMeasure.Cost, TargetThresholds = [0m] }));
        Assert.Equal("no_data_out_of_range", FlawOf(good with { NoDataAfterHours = -1 }));
        BudgetRules.Read(good with { NoDataAfterHours = 0 }, "a", DateInUtc, Now, out var never);
        Assert.False(never!.IsWatched);
    }

    private static UnitCostDrift Drift(decimal? before, decimal? now, decimal? target = null, decimal? idleBefore = null, decimal? idleNow = null) =>
        new(new UnitCostSeen(before, null, idleBefore), new UnitCostSeen(now, target, idleNow));
}
