using System.Globalization;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Periods;

/// <summary>Closes an accounting month, for good.</summary>
/// <param name="Month">The first to be closed may be any; then one after the other.</param>
/// <param name="Window">Its first instant to the next month's.</param>
/// <param name="TimeZone">IANA.</param>
/// <param name="Remark">For the auditor.</param>
public sealed record ClosePeriod(CalendarMonth Month, Window Window, string TimeZone, string? Remark)
{
    /// <param name="book">What is closed already.</param>
    /// <param name="now">When.</param>
    /// <param name="settlesAfter">How long after its end an hour's cost may still be restated.</param>
    /// <exception cref="RejectedException">Closed already, out of order, or still provisional.</exception>
    public ClosedPeriod Decide(PeriodBook book, DateTimeOffset now, TimeSpan settlesAfter)
    {
        if (book.Find(Month) is { } closed) throw Refused("period_closed", $"{Month} was closed with the figures of {Text(closed.AsOf)}; a month is closed once.");
        if (book.FirstOpen is { } next && next != Month) throw Refused("period_out_of_order", $"Months are closed one after the other; the next is {next}.");
        if (Remark is not null && Name.Flaw(Remark) is { } flaw) throw new RejectedException(new Rejection("remark_invalid", "remark", $"`remark` {flaw}."));
        // Buckets know the hour in which they were recorded, so figures are those of an hour.
        var asOf = new DateTimeOffset(now.UtcTicks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);
        var settled = new DateTimeOffset(
            ((Window.To + settlesAfter).UtcTicks + TimeSpan.TicksPerHour - 1) / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);
        if (asOf < settled)
            throw Refused("period_provisional", $"{Month} is provisional until {Text(settled)}; close it then.");
        return new ClosedPeriod(Month, Window, TimeZone, asOf, Remark);
    }

    private static RejectedException Refused(string code, string message) => new(new Rejection(code, "period", message));

    private static string Text(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);
}
