namespace FinOps.Domain.Budgets;

/// <summary>What a threshold is a number of.</summary>
public enum ThresholdKind
{
    /// <summary>Percent of the limit, reached by what is in the books.</summary>
    Percent,

    /// <summary>An amount in the measure's unit, reached by what is in the books.</summary>
    Absolute,

    /// <summary>Percent of the limit, reached by what the period is foreseen to come to.</summary>
    Forecast,

    /// <summary>Percent by which the unit cost lies above its own past.</summary>
    Drift,

    /// <summary>Hours without a sign.</summary>
    Silence,

    /// <summary>Percent by which the unit cost lies above its target.</summary>
    Target,

    /// <summary>Percent of the most that a day comes to by the budget's own past; its period is the day.</summary>
    Anomaly,
}
