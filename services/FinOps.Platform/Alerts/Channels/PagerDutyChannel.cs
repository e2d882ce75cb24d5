using System.Security.Cryptography;
using System.Text;
using FinOps.Contracts;
using FinOps.Domain.Alerts;

namespace FinOps.Platform.Alerts.Channels;

/// <summary>
/// PagerDuty's Events API v2. An alert triggers an incident under its own id, and what takes it back or ends it resolves that incident.
/// </summary>
internal sealed class PagerDutyChannel(PostJson post, AlertSettings settings) : ITargetedChannel
{
    private const int RoutingKeyLength = 32;
    private const int MaxDedupKey = 255;
    private const int MaxSummary = 1_024;

    public string Kind => "pagerduty";

    public string? NoDigest => "an incident is one alert, which is acknowledged and resolved alone";

    public string? Flaw(string target) => target.Length == RoutingKeyLength && target.All(char.IsAsciiLetterOrDigit)
        ? null
        : $"is not an integration key of {RoutingKeyLength} letters and digits";

    public string Shown(string target) => "…";

    public Task<DeliveryOutcome> SendAsync(AlertDelivery delivery, CancellationToken cancellation) =>
        post.SendAsync(delivery.Id, settings.PagerDuty, Body(delivery.Alert, delivery.Text, delivery.Target), cancellation);

    internal static object Body(BudgetAlertRaised alert, AlertText text, string routingKey) =>
        alert.Kind is "RETRACTED" or "RECOVERED"
            ? new { routing_key = routingKey, event_action = "resolve", dedup_key = DedupKey(alert.NoticeOf ?? alert.AlertId) }
            : new
            {
                routing_key = routingKey,
                event_action = "trigger",
                // What was crossed once more, or is told again, is the same incident.
                dedup_key = DedupKey(alert.NoticeOf ?? alert.AlertId),
                client = "FinOps",
                payload = new
                {
                    summary = text.Subject.Length <= MaxSummary ? text.Subject : text.Subject[..MaxSummary],
                    source = $"budget {alert.BudgetId}",
                    severity = Severity(alert),
                    timestamp = alert.CrossedAt.ToUniversalTime(),
                    component = alert.Tenant,
                    @class = alert.Kind,
                    custom_details = alert,
                },
            };

    private static string Severity(BudgetAlertRaised alert) => alert.Kind switch
    {
        "TEST" => "info",
        "NO_DATA" => "error",
        // Of a forecast, a drift or an anomaly the percent is another one: nothing is exceeded yet.
        "THRESHOLD" or "RECROSSED" or "RENOTIFIED" when IsExceeded(alert) => "critical",
        _ => "warning",
    };

    /// <summary>The limit itself, not a part of it; of a utilisation little is bad, so the lower the threshold, the worse.</summary>
    private static bool IsExceeded(BudgetAlertRaised alert) =>
        alert.ThresholdKind is "PERCENT" or "ABSOLUTE" && (alert.Measure == "UTILISATION" ? alert.ThresholdPercent <= 100 : alert.ThresholdPercent >= 100);

    // A long budget's name makes a longer id than PagerDuty keeps.
    private static string DedupKey(string alertId) => alertId.Length <= MaxDedupKey
        ? alertId
        : "alert_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(alertId)));
}
