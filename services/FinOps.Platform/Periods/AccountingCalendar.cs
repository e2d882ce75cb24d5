using System.Globalization;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using Microsoft.Extensions.Configuration;
using NodaTime;

namespace FinOps.Platform.Periods;

/// <summary>The months in which the books are closed, of the zone that <c>Accounting:TimeZone</c> names; UTC by default.</summary>
public sealed class AccountingCalendar
{
    private readonly DateTimeZone zone;

    public AccountingCalendar(IConfiguration configuration)
    {
        TimeZone = configuration["Accounting:TimeZone"] is { Length: > 0 } named ? named : "UTC";
        zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(TimeZone)
            ?? throw new InvalidOperationException($"Accounting__TimeZone is '{TimeZone}', which is no IANA time zone such as Europe/Berlin.");
    }

    public string TimeZone { get; }

    /// <param name="text">As 2026-03.</param>
    /// <exception cref="RejectedException">It is no month.</exception>
    public static CalendarMonth Month(string text) =>
        text is { Length: 7 } && text[4] == '-'
        && int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is >= 1970 and < 2200
        && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var month) && month is >= 1 and <= 12
            ? new CalendarMonth(year, month)
            : throw new RejectedException(new Rejection("period_invalid", "period", $"`period` is '{text}'; it must be a month such as 2026-03."));

    public CalendarMonth MonthHolding(DateTimeOffset instant) => CalendarMonths.Holding(instant, zone);

    public Window WindowOf(CalendarMonth month) => CalendarMonths.WindowOf(month, zone);
}
