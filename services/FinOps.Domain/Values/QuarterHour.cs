namespace FinOps.Domain.Values;

/// <summary>A 15-minute slice of event time in UTC, counted from 1970. The base bucket: every zone's days start on one.</summary>
public readonly record struct QuarterHour(int Index) : IComparable<QuarterHour>
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(15);

    public DateTimeOffset Start => DateTimeOffset.UnixEpoch + Index * Length;

    public DateTimeOffset End => Start + Length;

    /// <summary>The hour that holds it, in hours from 1970.</summary>
    public int Hour => Index >= 0 ? Index / 4 : (Index - 3) / 4;

    /// <returns>The slice that holds the instant; an instant on a boundary belongs to the slice that starts there.</returns>
    public static QuarterHour Holding(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var floor = ticks >= 0 ? ticks / Length.Ticks : (ticks - Length.Ticks + 1) / Length.Ticks;
        return new QuarterHour((int)floor);
    }

    public static bool IsBoundary(DateTimeOffset instant) => instant.UtcTicks % Length.Ticks == 0;

    /// <returns>The instant itself when it is a boundary, else the next one.</returns>
    public static DateTimeOffset NextBoundary(DateTimeOffset instant) =>
        IsBoundary(instant) ? instant.ToUniversalTime() : Holding(instant).End;

    public int CompareTo(QuarterHour other) => Index.CompareTo(other.Index);

    public static bool operator <(QuarterHour left, QuarterHour right) => left.Index < right.Index;

    public static bool operator <=(QuarterHour left, QuarterHour right) => left.Index <= right.Index;

    public static bool operator >(QuarterHour left, QuarterHour right) => left.Index > right.Index;

    public static bool operator >=(QuarterHour left, QuarterHour right) => left.Index >= right.Index;
}
