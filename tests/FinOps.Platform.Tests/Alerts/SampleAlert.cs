using FinOps.Contracts;

namespace FinOps.Platform.Tests.Alerts;

internal static class SampleAlert
{
    public static BudgetAlertRaised Of(string kind = "THRESHOLD", string tenant = "acme", string? cause = null, string? ends = null) => new()
    {
        AlertId = "alert_team_2026-03-01T0000Z_80",
        BudgetId = "team",
        Tenant = tenant,
        Measure = "CHARGE",
        Kind = kind,
        Cause = cause,
        NoticeOf = ends,
        ThresholdPercent = 80.00m,
        Amount = "100",
        Spend = "83.5",
        Currency = "USD",
        PeriodStart = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero),
        PeriodEnd = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero),
        CrossedAt = new(2026, 3, 20, 12, 30, 0, TimeSpan.Zero),
    };
}
