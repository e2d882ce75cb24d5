namespace FinOps.Domain.Values;

/// <summary>A stretch of event time: start inclusive, end exclusive, both on 15-minute boundaries, in UTC, not empty.</summary>
public readonly record struct Window
{
    /// <exception cref="RejectedException">Off a boundary (the error names the nearest), or empty.</exception>
    public Window(DateTimeOffset from, DateTimeOffset to)
    {
        RequireBoundary(from, "from");
        RequireBoundary(to, "to");
        if (to <= from) throw new RejectedException(new Rejection("window_empty", "to", "`to` must lie after `from`."));
        From = from.ToUniversalTime();
        To = to.ToUniversalTime();
    }

    public DateTimeOffset From { get; }

    public DateTimeOffset To { get; }

    public QuarterHour FirstSlot => QuarterHour.Holding(From);

    /// <summary>The slot after the last one.</summary>
    public QuarterHour EndSlot => QuarterHour.Holding(To);

    public bool IsOfWholeHours => FirstSlot.Index % 4 == 0 && EndSlot.Index % 4 == 0;

    public bool Holds(QuarterHour slot) => slot >= FirstSlot && slot < EndSlot;

    private static void RequireBoundary(DateTimeOffset instant, string field)
    {
        if (QuarterHour.IsBoundary(instant)) return;
        var slot = QuarterHour.Holding(instant);
        var nearest = instant - slot.Start < slot.End - instant ? slot.Start : slot.End;
        throw new RejectedException(new Rejection(
            "window_off_boundary", field, $"`{field}` must lie on a 15-minute boundary; the nearest is {nearest:yyyy-MM-dd'T'HH:mm:ss'Z'}."));
    }
}
