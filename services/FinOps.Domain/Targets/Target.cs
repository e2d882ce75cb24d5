using FinOps.Domain.Values;

namespace FinOps.Domain.Targets;

/// <summary>What a million tokens of a model should cost on a fleet from an instant on, until the next target.</summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="Model">The model on it.</param>
/// <param name="From">On a 15-minute boundary.</param>
/// <param name="CostPerMillionTokens">Of all token classes together; of a modelled target at its design point.</param>
public sealed record Target(FleetId Fleet, ModelId Model, DateTimeOffset From, Money CostPerMillionTokens)
{
    public TargetKind Kind => Modelled is not null ? TargetKind.Modelled : IsContractual ? TargetKind.Contractual : TargetKind.Manual;

    /// <summary>Whether somebody was promised it.</summary>
    public bool IsContractual { get; init; }

    /// <summary>What the model said when the target was set; null where it was set by hand or agreed.</summary>
    public ModelledTarget? Modelled { get; init; }
}

/// <summary>Sets a target from an instant on. The same instant again replaces.</summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="Model">The model on it.</param>
/// <param name="From">On a 15-minute boundary; null is the start of the day (UTC) on which it is recorded.</param>
/// <param name="CostPerMillionTokens">Of all token classes together.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Kind">Set by hand or agreed; a modelled one is set by <c>setModelledTarget</c>.</param>
public sealed record SetTarget(
    string Fleet, string Model, DateTimeOffset? From, decimal CostPerMillionTokens, string Currency, TargetKind Kind = TargetKind.Manual)
{
    /// <exception cref="RejectedException">With every failure at once.</exception>
    public Target Decide(DateTimeOffset now)
    {
        var start = Day.FromOrStart(From, now);
        var checks = new Checks();
        checks.Named(Fleet, "fleet");
        checks.Named(Model, "model");
        checks.CurrencyCode(Currency);
        checks.Amount(CostPerMillionTokens, "costPerMillionTokens", Money.AllocationDecimals);
        checks.Boundary(start, "from");
        if (Kind == TargetKind.Modelled)
            checks.Fail("kind_invalid", "kind", "`kind` is MANUAL or CONTRACTUAL; a modelled target is set by `setModelledTarget`, which says what it comes from.");
        checks.ThrowIfAny();
        return new Target(new FleetId(Fleet), new ModelId(Model), start, new Money(CostPerMillionTokens, new Currency(Currency)))
        {
            IsContractual = Kind == TargetKind.Contractual,
        };
    }
}
