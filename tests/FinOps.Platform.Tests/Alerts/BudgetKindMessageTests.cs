using System.Text.Json;
using FinOps.Platform.Alerts.Channels;
using FinOps.Platform.Alerts.Messages;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>Kinds and measures that came later read as well as the first ones, in every channel.</summary>
public sealed class BudgetKindMessageTests
{
    [Theory]
    [InlineData("THRESHOLD", "UTILISATION", "PERCENT", "Budget team of acme has fallen to 80 %")]
    [InlineData("RECOVERED", "UTILISATION", "PERCENT", "Budget team of acme is above 80 % again")]
    [InlineData("RECROSSED", "UTILISATION", "PERCENT", "Budget team of acme has fallen to 80 % once more")]
    [InlineData("THRESHOLD", "IDLE_SHARE", "PERCENT", "Budget team of acme has reached 80 %")]
    [InlineData("RENOTIFIED", "CHARGE", "PERCENT", "Budget team of acme: the alert at 80 % still stands")]
    [InlineData("RENOTIFIED", "CHARGE", "SILENCE", "Budget team of acme: the alert at 80 hours without usage still stands")]
    [InlineData("TARGET", "COST", "TARGET", "Budget team of acme: unit cost lies above its target")]
    [InlineData("ANOMALY", "CHARGE", "ANOMALY", "Budget team of acme: a day out of the ordinary")]
    public void Each_kind_has_a_subject_and_no_share_has_a_currency(string kind, string measure, string thresholdKind, string subject)
    {
        var isShare = measure is "UTILISATION" or "IDLE_SHARE";
        var alert = SampleAlert.Of(kind, cause: "because", ends: "alert_first") with { Measure = measure, ThresholdKind = thresholdKind, Currency = isShare ? "XXX" : "USD" };

        var text = AlertMessage.Usual.Render(alert);

        Assert.Equal(subject, text.Subject);
        Assert.Contains(isShare ? "83.5 % of 100 % (83.5 %)" : "83.5 USD of 100 USD (83.5 %)", text.Plain, StringComparison.Ordinal);
        foreach (var body in (string[])[text.Html, JsonSerializer.Serialize(ChannelBodyTests.Slack.Body(text)), JsonSerializer.Serialize(ChannelBodyTests.Teams.Body(text))])
        {
            Assert.Contains("because", body, StringComparison.Ordinal);
            Assert.DoesNotContain("XXX", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_reminder_is_the_same_incident_and_of_utilisation_the_lower_threshold_is_the_worse()
    {
        static string Of(string kind, string measure, decimal percent, string field)
        {
            var alert = SampleAlert.Of(kind, ends: kind == "RENOTIFIED" ? "alert_first" : null) with { Measure = measure, ThresholdPercent = percent };
            var body = JsonSerializer.SerializeToElement(PagerDutyChannel.Body(alert, AlertMessage.Usual.Render(alert), "key"));
            return field == "severity" ? body.GetProperty("payload").GetProperty(field).GetString()! : body.GetProperty(field).GetString()!;
        }

        Assert.Equal("trigger", Of("RENOTIFIED", "CHARGE", 80m, "event_action"));
        Assert.Equal("alert_first", Of("RENOTIFIED", "CHARGE", 80m, "dedup_key"));
        Assert.Equal(["critical", "warning"], [Of("THRESHOLD", "UTILISATION", 50m, "severity"), Of("THRESHOLD", "UTILISATION", 120m, "severity")]);
        Assert.Equal("warning", Of("ANOMALY", "CHARGE", 100m, "severity"));
    }
}
