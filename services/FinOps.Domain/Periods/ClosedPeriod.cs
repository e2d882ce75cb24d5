using FinOps.Domain.Budgets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Periods;

/// <summary>An accounting month whose figures are final: what changes them later belongs to the month that is open then.</summary>
/// <param name="Month">Of the accounting calendar.</param>
/// <param name="Window">From its first instant to the next month's.</param>
/// <param name="TimeZone">IANA; of the accounting calendar.</param>
/// <param name="AsOf">The record time of its figures, on an hour: what was known by then is in them.</param>
/// <param name="Remark">For the auditor.</param>
public sealed record ClosedPeriod(CalendarMonth Month, Window Window, string TimeZone, DateTimeOffset AsOf, string? Remark);
