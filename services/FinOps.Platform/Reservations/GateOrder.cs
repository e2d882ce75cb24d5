using FinOps.Domain.Metering;
using FinOps.Domain.Reservations;

namespace FinOps.Platform.Reservations;

/// <summary>What a gateway asks of a hard budget.</summary>
public enum GateVerb
{
    Reserve,
    Commit,
    Release,

    /// <summary>Of a reservation that another budget refused.</summary>
    Return,

    /// <summary>Whether the reservation is known; changes nothing.</summary>
    Find,
}

/// <summary>An order to the gate's grain, checked by <see cref="ReservationRules"/> before it is sent.</summary>
/// <param name="Verb">What is asked.</param>
/// <param name="Key">The reservation's.</param>
/// <param name="Amount">The estimate, or what it cost.</param>
/// <param name="Ttl">Of a reservation.</param>
/// <param name="RecordHigh">With <paramref name="RecordLow"/> the record that ends it; null where nobody has said.</param>
/// <param name="RecordLow">See <paramref name="RecordHigh"/>.</param>
[GenerateSerializer, Immutable]
[Alias("finops.gate-order.v1")]
public sealed record GateOrder(
    [property: Id(0)] GateVerb Verb, [property: Id(1)] string Key, [property: Id(2)] decimal Amount, [property: Id(3)] TimeSpan Ttl,
    [property: Id(4)] long? RecordHigh, [property: Id(5)] long? RecordLow)
{
    internal GateCommand ToCommand(DateTimeOffset now, bool booksAreFresh)
    {
        var key = new ReservationKey(Key);
        RecordKey? record = RecordHigh is { } high && RecordLow is { } low ? new RecordKey(high, low) : null;
        return Verb switch
        {
            GateVerb.Reserve => new Reserve(key, Amount, Ttl, record, now, booksAreFresh),
            GateVerb.Commit => new CommitReservation(key, Amount, record, now),
            GateVerb.Release => new ReleaseReservation(key, now),
            GateVerb.Return => new ReturnReservation(key, now),
            GateVerb.Find => new FindReservation(key, now),
            _ => throw new System.Diagnostics.UnreachableException(Verb.ToString()),
        };
    }
}

/// <summary>What became of an order.</summary>
public enum GateVerdict
{
    /// <summary>On disk.</summary>
    Granted,

    /// <summary>Over the limit, by books that were read after the order came.</summary>
    Refused,
    Committed,
    Released,
    Found,

    /// <summary>The order cannot be done; see the flaw.</summary>
    Rejected,

    /// <summary>The books could not be read or written just now; nobody knows.</summary>
    Away,
}

/// <param name="Verdict">What became of it.</param>
/// <param name="Amount">That counts now for the reservation.</param>
/// <param name="Left">Open to others after it.</param>
/// <param name="ExpiresAt">Until then it is held; null where nothing is.</param>
/// <param name="Code">Of the flaw.</param>
/// <param name="Field">Of the flaw.</param>
/// <param name="Message">Of the flaw, or why the books are away.</param>
[GenerateSerializer, Immutable]
[Alias("finops.gate-reply.v1")]
public sealed record GateReply(
    [property: Id(0)] GateVerdict Verdict, [property: Id(1)] decimal Amount, [property: Id(2)] decimal Left,
    [property: Id(3)] DateTimeOffset? ExpiresAt, [property: Id(4)] string? Code = null, [property: Id(5)] string? Field = null,
    [property: Id(6)] string? Message = null)
{
    internal static GateReply Away(string why) => new(GateVerdict.Away, 0, 0, null, Message: why);
}
