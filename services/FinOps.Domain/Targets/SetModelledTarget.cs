using FinOps.Domain.Fleets;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>Sets a target from the physical model from an instant on. The same instant again replaces.</summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="Model">The model on it, as usage names it.</param>
/// <param name="From">On a 15-minute boundary, or on an hour where the fleet's work weights are set too; null is the start of the day (UTC) on which it is recorded.</param>
/// <param name="Estimate">The design point. Without a model of its own it is <paramref name="Model"/>; without a price, what an accelerator-hour of the fleet costs at the start.</param>
/// <param name="SetsWorkWeights">Whether the fleet's hours are shared by what tokens weigh in the target, from then on.</param>
public sealed record SetModelledTarget(string Fleet, string Model, DateTimeOffset? From, EstimateRequest Estimate, bool SetsWorkWeights)
{
    private const int WattDecimals = 6;

    /// <summary>What needs neither facts nor books.</summary>
    /// <exception cref="RejectedException">With every failure at once.</exception>
    public DateTimeOffset Check(DateTimeOffset now)
    {
        var start = Day.FromOrStart(From, now);
        var checks = new Checks();
        checks.Named(Fleet, "fleet");
        checks.Named(Model, "model");
        checks.Boundary(start, "from");
        if (SetsWorkWeights && start.UtcTicks % TimeSpan.TicksPerHour != 0)
            checks.Fail("off_hour", "from", "`from` must lie on an hour of UTC where `setsWorkWeights`: an hour's cost is shared as one.");
        if (Estimate.PricePerAcceleratorHour == 0)
            checks.Fail("price_zero", "estimate.pricePerAcceleratorHour", "`estimate.pricePerAcceleratorHour` is 0; nothing could be dearer than planned. Leave it out to take the fleet's own cost.");
        checks.ThrowIfAny();
        return start;
    }

    /// <param name="facts">Chips, models, efficiencies.</param>
    /// <param name="fleets">What the fleet costs, where no price is given.</param>
    /// <param name="now">When it is recorded.</param>
    /// <exception cref="RejectedException">With every failure at once; those of the estimate under `estimate.…`.</exception>
    public Target Decide(TargetFacts facts, FleetBook fleets, DateTimeOffset now)
    {
        var start = Check(now);
        var fleet = new FleetId(Fleet);
        var asked = Estimate is { Model: null, Architecture: null } ? Estimate with { Model = Model } : Estimate;
        var source = asked.PricePerAcceleratorHour is null ? TargetPriceSource.FleetCost : TargetPriceSource.Input;
        if (source == TargetPriceSource.FleetCost && AcceleratorHours.PriceAt(fleets, fleet, QuarterHour.Holding(start)) is { } price)
            asked = asked with { PricePerAcceleratorHour = price.Amount, Currency = price.Currency.Code };
        var answer = Answer(asked, facts);
        if (answer.Cost is not { } cost)
        {
            throw new RejectedException(new Rejection(
                "price_missing", "estimate.pricePerAcceleratorHour",
                $"Fleet '{Fleet}' has no known cost or number of accelerators when the target begins; say `estimate.pricePerAcceleratorHour` and `estimate.currency`, or set what the fleet costs first."));
        }

        if (cost.UncachedInput.Amount == 0 || cost.Blended.Amount == 0)
            throw new RejectedException(new Rejection("target_too_small", "estimate", "By this estimate a million tokens cost nothing to 12 decimals; look at price and lengths."));
        return new Target(fleet, new ModelId(Model), start, cost.Blended) { Modelled = Frozen(answer, cost) with { PriceSource = source } };
    }

    private static PlannedEstimate Answer(EstimateRequest asked, TargetFacts facts)
    {
        try
        {
            return asked.Decide(facts).Answer();
        }
        catch (RejectedException refused)
        {
            throw new RejectedException([.. refused.Rejections.Select(r => r with { Field = $"estimate.{r.Field}" })]);
        }
    }

    private static ModelledTarget Frozen(PlannedEstimate answer, TargetCost cost)
    {
        var (plan, workload) = (answer.Plan, answer.Plan.Workload);
        var deployment = plan.Deployment;
        return new ModelledTarget(
            plan.AcceleratorHour!.Value, deployment.Accelerators, plan.Utilisation, (decimal)workload.PromptTokens, (decimal)workload.OutputTokens,
            (decimal)workload.CachedPrefixShare, cost.UncachedInput.Amount, cost.CacheRead.Amount, cost.Output.Amount, cost.InputPerContextToken.Amount,
            cost.OutputPerContextToken.Amount)
        {
            Deployment = $"{plan.Model.Key} on {deployment.Accelerators} {deployment.Accelerator.Key}, {deployment.Parallelism}, {deployment.Precision.Weights} weights, {deployment.Precision.KvCache} cache, engine {deployment.Engine}",
            JoulesPerToken = decimal.Round((decimal)cost.JoulesPerToken, WattDecimals, MidpointRounding.ToEven),
        };
    }
}
