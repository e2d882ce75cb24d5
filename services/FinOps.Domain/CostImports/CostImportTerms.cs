namespace FinOps.Domain.CostImports;

/// <summary>How a file of costs is written.</summary>
public enum CostFileFormat
{
    /// <summary>Whichever its header says.</summary>
    Auto,

    /// <summary>Our own: fleet, line, from, to, amount, currency.</summary>
    Csv,

    /// <summary>A cost and usage table of FOCUS, 1.0 or later.</summary>
    Focus,
}

/// <summary>Which cost of a FOCUS row is taken.</summary>
public enum FocusCost
{
    /// <summary>Amortised: what the hours cost, prepayments spread over what they cover.</summary>
    Effective,

    /// <summary>As invoiced.</summary>
    Billed,
}

/// <summary>Against what an amount below zero is netted.</summary>
public enum CreditNetting
{
    /// <summary>Amounts of the same fleet and line within its own charge period, else one that holds it.</summary>
    ChargePeriod,

    /// <summary>All amounts of the same fleet and line in the file.</summary>
    Bill,
}
