using FinOps.Domain.Metering;

namespace FinOps.Platform.Metering;

/// <summary>
/// What one activation of a meter believes of its streams: nothing at first, then what was read, then what its commits made of it. The database
/// decides whether it is true. The lane that writes the meter changes it, and one lane at a time does.
/// </summary>
internal sealed class MeterBelief
{
    private MeterState? state;
    private Growth? told;
    private KnownStream? last;

    /// <param name="state">Null where it must be read first.</param>
    public MeterBelief(MeterState? state = null) => this.state = state;

    /// <summary>Null where it must be read.</summary>
    public MeterState? State => Volatile.Read(ref state);

    /// <summary>The lane that writes the meter now or is about to; <see cref="WaitingFlushes"/> alone sets it.</summary>
    public int? WrittenBy { get; set; }

    /// <summary>Flushes that the lane has taken and not released yet.</summary>
    public int Taken { get; set; }

    /// <summary>What was read counts only where nothing is believed yet.</summary>
    public void Learn(MeterState read) => Interlocked.CompareExchange(ref state, read, null);

    /// <summary>Takes over what a commit answered. A meter that was found otherwise than believed, or that may have been written or not, is read again.</summary>
    public void Take(FlushResult result)
    {
        // It may have been read since.
        if (result is FlushResult.Unread) return;
        if (result is not FlushResult.Committed { Growth: { IsShared: false } growth })
        {
            Volatile.Write(ref state, null);
            return;
        }

        // Several flushes of one commit tell of the same growth.
        if (ReferenceEquals(growth, told)) return;
        told = growth;
        Volatile.Write(ref state, state?.After(growth));
    }

    /// <returns>The stream's id; the last month's is kept, since the next record is mostly of the same.</returns>
    public string StreamOf(MeterMonth month)
    {
        if (Volatile.Read(ref last) is { } known && known.Month == month) return known.StreamId;
        var stream = new KnownStream(month, month.StreamId);
        Volatile.Write(ref last, stream);
        return stream.StreamId;
    }

    private sealed record KnownStream(MeterMonth Month, string StreamId);
}
