namespace FinOps.Domain.Targets.Variance;

/// <summary>Why actual cost differs from the target. The effects of an atom sum to the difference to the last digit; see docs/variance.md.</summary>
public enum VarianceEffect
{
    /// <summary>The hour cost other money than the target's price for the accelerators that were there.</summary>
    Price,

    /// <summary>Accelerators were busy a smaller or larger share of their time than by design; of an hour without tokens, all of it.</summary>
    Utilisation,

    /// <summary>Busy accelerators did less or more than the target says.</summary>
    Throughput,

    /// <summary>The hour was shared by other weights than the target's: what one carries more, others carry less.</summary>
    Weighting,

    /// <summary>Input and output stand in another proportion than at the design point.</summary>
    ClassMix,

    /// <summary>Prompts and answers are longer or shorter than at the design point.</summary>
    LengthMix,

    /// <summary>Less or more of the input was cached than at the design point.</summary>
    Cache,

    /// <summary>A target that knows only money says nothing of causes.</summary>
    Unexplained,
}
