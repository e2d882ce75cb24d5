namespace FinOps.Domain.Targets;

/// <summary>Where a target comes from.</summary>
public enum TargetKind
{
    /// <summary>Set by hand: it knows only money.</summary>
    Manual,

    /// <summary>Agreed with somebody: it knows only money.</summary>
    Contractual,

    /// <summary>From the physical model, frozen with what it came from.</summary>
    Modelled,
}
