using System.Globalization;
using System.Text;
using FinOps.Contracts;

namespace FinOps.Platform.Alerts.Messages;

/// <summary>What a template may name of an alert. Numbers are numbers, all else is text on one line without control characters.</summary>
internal static class AlertValues
{
    /// <summary>Bidirectional overrides: letters that turn what stands beside them around.</summary>
    private const string Turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f";

    /// <summary>ISO 4217's code of no currency: the measure is tokens or requests.</summary>
    private const string NoCurrency = "XXX";

    // Of shares of fleets: their unit, where others have a currency.
    private const string Percent = "%";

    private static readonly BudgetAlertRaised Sample = new()
    {
        AlertId = "",
        BudgetId = "",
        Tenant = "",
        Measure = "",
        ThresholdPercent = 0,
        Amount = "0",
        Spend = "0",
        Currency = "",
        PeriodStart = default,
        PeriodEnd = default,
        CrossedAt = default,
    };

    public static readonly IReadOnlyList<string> Names = [.. Of(Sample).Keys];

    public static Dictionary<string, object?> Of(BudgetAlertRaised alert) => new()
    {
        ["alertId"] = Clean(alert.AlertId),
        ["budgetId"] = Clean(alert.BudgetId),
        ["tenant"] = Clean(alert.Tenant),
        ["measure"] = Clean(alert.Measure),
        ["kind"] = Clean(alert.Kind),
        ["thresholdKind"] = Clean(alert.ThresholdKind),
        ["cause"] = Clean(alert.Cause),
        ["thresholdPercent"] = Trim(alert.ThresholdPercent),
        ["spentPercent"] = Number(alert.Spend) is { } spend && Number(alert.Amount) is { } amount and not 0
            ? Trim(decimal.Round(spend / amount * 100m, 1)) : null,
        ["amount"] = Number(alert.Amount) is { } limit ? Trim(limit) : Clean(alert.Amount),
        ["spend"] = Number(alert.Spend) is { } spent ? Trim(spent) : Clean(alert.Spend),
        ["currency"] = alert.Measure is "IDLE_SHARE" or "UTILISATION" ? Percent : alert.Currency is NoCurrency ? null : Clean(alert.Currency),
        ["periodStart"] = Instant(alert.PeriodStart),
        ["periodEnd"] = Instant(alert.PeriodEnd),
        ["crossedAt"] = Instant(alert.CrossedAt),
        ["noticeOf"] = Clean(alert.NoticeOf),
    };

    public static string? Clean(string? text)
    {
        if (text is null) return null;
        var clean = new StringBuilder(text.Length);
        foreach (var letter in text)
            if (!Turning.Contains(letter, StringComparison.Ordinal)) clean.Append(char.IsControl(letter) || letter is '\u2028' or '\u2029' ? ' ' : letter);
        return clean.ToString();
    }

    private static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    // Without the zeros behind: 80, not 80.0000.
    private static decimal Trim(decimal number) => number / 1.0000000000000000000000000000m;
}
