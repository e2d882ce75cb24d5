using FinOps.Domain.Fleets;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Variance;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What stands behind the effects of a report: per fleet its accelerator-hours, per fleet and model what was asked. Only what is shown counts.</summary>
public sealed class VarianceEvidence
{
    private readonly Dictionary<FleetId, FleetEvidence> fleets = [];
    private readonly Dictionary<(FleetId, ModelId), ModelEvidence> models = [];

    public IEnumerable<FleetEvidence> Fleets => fleets.Values;

    public IEnumerable<ModelEvidence> Models => models.Values;

    /// <summary>How much memory it takes, in what it is of.</summary>
    public int Count => fleets.Count + models.Count;

    internal void Add(VarianceEvidence other)
    {
        foreach (var fleet in other.fleets.Values) Of(fleet.Fleet).Add(fleet);
        foreach (var model in other.models.Values) Of(model.Fleet, model.Model).Add(model);
    }

    internal void Add(UsageSlot usage, HourGaps gaps, int place, Target target, decimal[] effects)
    {
        var fleet = usage.Series.Fleet!.Value;
        Of(fleet, usage.Series.Model).Add(usage, gaps.Uses[place]!, target, effects);
        Of(fleet).Add(gaps.Uses[place]!, gaps, effects);
    }

    internal void AddIdle(FleetId fleet, decimal there, decimal amount) => Of(fleet).AddIdle(there, amount);

    internal void AddStates(FleetId fleet, QuarterPresence told) => Of(fleet).AddStates(told);

    private FleetEvidence Of(FleetId fleet)
    {
        if (!fleets.TryGetValue(fleet, out var known)) fleets[fleet] = known = new FleetEvidence(fleet);
        return known;
    }

    private ModelEvidence Of(FleetId fleet, ModelId model)
    {
        if (!models.TryGetValue((fleet, model), out var known)) models[(fleet, model)] = known = new ModelEvidence(fleet, model);
        return known;
    }
}

/// <summary>A fleet's accelerator-hours, those of targeted usage by its part of each hour's work, and its effects in money.</summary>
public sealed class FleetEvidence(FleetId fleet)
{
    private static readonly FleetState[] States = Enum.GetValues<FleetState>();
    private static readonly int Effects = Enum.GetValues<VarianceEffect>().Length;

    private readonly decimal[] states = new decimal[States.Length];
    private readonly decimal[] effects = new decimal[Effects];

    public FleetId Fleet => fleet;

    /// <summary>Of hours with tokens.</summary>
    public decimal There { get; private set; }

    /// <summary>Of hours without tokens.</summary>
    public decimal Idle { get; private set; }

    /// <summary>Of them busy; all of those of which nobody knows.</summary>
    public decimal Busy { get; private set; }

    /// <summary>That the work should have taken at full load.</summary>
    public decimal Standard { get; private set; }

    /// <summary>Under a modelled target: there,</summary>
    public decimal ThereByDesign { get; private set; }

    /// <summary>and busy by design.</summary>
    public decimal BusyByDesign { get; private set; }

    /// <summary>What hours with tokens cost under modelled targets,</summary>
    public decimal Cost { get; private set; }

    /// <summary>and by the target's price.</summary>
    public decimal CostByDesign { get; private set; }

    /// <summary>Cost of hours with tokens whose capacity the fleet reported.</summary>
    public decimal ReportedCost { get; private set; }

    /// <summary>Of those whose capacity only the target says.</summary>
    public decimal UnreportedCost { get; private set; }

    public decimal Of(VarianceEffect effect) => effects[(int)effect];

    /// <summary>Accelerator-hours that it reported in the state, of all hours.</summary>
    public decimal In(FleetState state) => states[Array.IndexOf(States, state)];

    /// <summary>All that it reported.</summary>
    public decimal Reported => states.Sum();

    internal void Add(TargetedUse use, HourGaps gaps, decimal[] causes)
    {
        for (var i = 0; i < Effects; i++) effects[i] += causes[i];
        if (gaps.IsCapacityReported) ReportedCost += use.TimeCost;
        else UnreportedCost += use.TimeCost;
        if (gaps.Had.There is not { } there) return;
        var own = use.HourShare * there;
        There += own;
        Busy += use.Modelled is null && !gaps.IsCapacityReported ? own : use.HourShare * gaps.Busy;
        if (use.Modelled is not { } target) return;
        Standard += use.HourShare * gaps.Standard;
        ThereByDesign += own;
        BusyByDesign += own * target.Utilisation;
        Cost += use.TimeCost + use.TokenCost;
        CostByDesign += own * use.AcceleratorHour;
    }

    internal void Add(FleetEvidence other)
    {
        for (var i = 0; i < Effects; i++) effects[i] += other.effects[i];
        for (var i = 0; i < states.Length; i++) states[i] += other.states[i];
        There += other.There;
        Idle += other.Idle;
        Busy += other.Busy;
        Standard += other.Standard;
        ThereByDesign += other.ThereByDesign;
        BusyByDesign += other.BusyByDesign;
        Cost += other.Cost;
        CostByDesign += other.CostByDesign;
        ReportedCost += other.ReportedCost;
        UnreportedCost += other.UnreportedCost;
    }

    internal void AddIdle(decimal there, decimal amount)
    {
        Idle += there;
        effects[(int)VarianceEffect.Utilisation] += amount;
    }

    internal void AddStates(QuarterPresence told)
    {
        for (var i = 0; i < states.Length; i++) states[i] += told.AcceleratorHours(States[i]);
    }
}

/// <summary>What was asked of a model on a fleet, beside the design of its targets, and its effects in money.</summary>
public sealed class ModelEvidence(FleetId fleet, ModelId model)
{
    private readonly decimal[] effects = new decimal[Enum.GetValues<VarianceEffect>().Length];
    private readonly long[] quantities = new long[UnitClass.All.Count];
    private decimal prompts;
    private decimal answers;
    private decimal cached;
    private decimal outputs;
    private long modelledTokens;

    public FleetId Fleet => fleet;

    public ModelId Model => model;

    /// <summary>Of its last target.</summary>
    public TargetKind Kind { get; private set; }

    public long Calls { get; private set; }

    /// <summary>Of usage that has a target.</summary>
    public Quantities Quantities => Quantities.Of(quantities);

    /// <summary>Mean lengths, cached share of the input and output's share of the tokens by design, weighted by tokens; null without a modelled target.</summary>
    public (decimal Prompt, decimal Output, decimal Cached, decimal OutputShare)? Design => modelledTokens == 0
        ? null
        : (prompts / modelledTokens, answers / modelledTokens, cached / modelledTokens, outputs / modelledTokens);

    public decimal Of(VarianceEffect effect) => effects[(int)effect];

    internal void Add(UsageSlot usage, TargetedUse use, Target target, decimal[] causes)
    {
        for (var i = 0; i < effects.Length; i++) effects[i] += causes[i];
        Kind = target.Kind;
        AddQuantities(usage.Quantities.AsSpan());
        Calls += usage.Quantities[UnitClass.Requests] is > 0 and var requests ? requests : usage.Records - usage.Failed;
        if (use.Modelled is not { } design) return;
        var tokens = usage.Quantities.Total;
        modelledTokens += tokens;
        prompts += tokens * design.PromptTokens;
        answers += tokens * design.OutputTokens;
        cached += tokens * design.CachedShare;
        outputs += tokens * (design.OutputTokens / (design.PromptTokens + design.OutputTokens));
    }

    internal void Add(ModelEvidence other)
    {
        for (var i = 0; i < effects.Length; i++) effects[i] += other.effects[i];
        Kind = other.Kind;
        AddQuantities(other.quantities);
        Calls += other.Calls;
        modelledTokens += other.modelledTokens;
        prompts += other.prompts;
        answers += other.answers;
        cached += other.cached;
        outputs += other.outputs;
    }

    private void AddQuantities(ReadOnlySpan<long> added)
    {
        for (var i = 0; i < added.Length; i++) quantities[i] += added[i];
    }
}
