using FinOps.Domain.Metering;

namespace FinOps.Domain.Reservations;

/// <summary>How far a reservation has come.</summary>
public enum HoldStage
{
    /// <summary>Granted; its estimate counts.</summary>
    Held,

    /// <summary>Its call has ended; what it cost counts until its record is in the books.</summary>
    Committed,

    /// <summary>Left to the books: its record is there, or nobody will say which it is.</summary>
    Counted,

    /// <summary>Given back unused: its key is over, so that an order that was delayed cannot hold it again.</summary>
    Released,

    /// <summary>Its time ran out: no commit within the reservation's, no record within the commit's.</summary>
    Lapsed,

    /// <summary>Taken back because another budget refused the call: as if it had never been, so its key may be asked again.</summary>
    Returned,
}

/// <summary>One reservation.</summary>
/// <param name="Key">The gateway's.</param>
/// <param name="Amount">The estimate.</param>
/// <param name="ExpiresAt">Until then the estimate counts.</param>
/// <param name="Record">Whose arrival in the books ends it; null while nobody has said.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Actual">What it cost; 0 before the commit.</param>
/// <param name="DueAt">When time alone changes it next: it lapses, or is forgotten.</param>
public sealed record Hold(
    ReservationKey Key, decimal Amount, DateTimeOffset ExpiresAt, RecordKey? Record, HoldStage Stage, decimal Actual, DateTimeOffset DueAt)
{
    /// <summary>What it takes of the budget beside what the books say.</summary>
    public decimal Weight => Stage switch
    {
        HoldStage.Held => Amount,
        HoldStage.Committed => Actual,
        _ => 0,
    };

    /// <summary>Whose arrival is awaited; null when none is.</summary>
    public RecordKey? Awaited => Stage is HoldStage.Held or HoldStage.Committed ? Record : null;
}
