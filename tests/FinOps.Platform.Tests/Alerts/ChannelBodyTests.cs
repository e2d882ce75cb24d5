using System.Text.Json;
using FinOps.Platform.Alerts;
using FinOps.Platform.Alerts.Channels;
using FinOps.Platform.Alerts.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>What channels send, and what of it could be read as markup there.</summary>
public sealed class ChannelBodyTests
{
    private static readonly string[] Hostile = ["<!channel>", "<https://evil.example|click>", "*bold* _it_ `code`", "[a](https://evil.example)", "a & b", "\"}],\"x\":\""];

    private static readonly AlertSettings Settings = new([], []);

    private static readonly PostJson Post = new(new EgressGuard(Settings, EgressGuard.ResolveAsync), TimeProvider.System, NullLogger<PostJson>.Instance);

    internal static readonly SlackChannel Slack = new(Post);

    internal static readonly TeamsChannel Teams = new(Post);

    [Fact]
    public void Slack_gets_plain_text_whose_three_letters_of_markup_are_written_out()
    {
        foreach (var text in Hostile)
        {
            var body = Json(Slack.Body(Message(text)));

            Assert.DoesNotContain('<', body.GetProperty("text").GetString()!);
            Assert.False(body.GetProperty("mrkdwn").GetBoolean());
            foreach (var block in body.GetProperty("blocks").EnumerateArray())
            {
                Assert.Equal("plain_text", block.GetProperty("text").GetProperty("type").GetString());
                Assert.DoesNotContain('<', block.GetProperty("text").GetProperty("text").GetString()!);
                Assert.False(block.GetProperty("text").GetProperty("emoji").GetBoolean());
            }
        }
    }

    [Fact]
    public void Teams_gets_runs_of_text_alone_which_read_no_markdown()
    {
        foreach (var text in Hostile)
        {
            var card = Json(Teams.Body(Message(text))).GetProperty("attachments")[0].GetProperty("content");

            Assert.Equal("AdaptiveCard", card.GetProperty("type").GetString());
            var runs = card.GetProperty("body").EnumerateArray().Select(b => (b.GetProperty("type").GetString(), b.GetProperty("inlines")[0])).ToList();
            Assert.All(runs, run => Assert.Equal(("RichTextBlock", "TextRun"), (run.Item1, run.Item2.GetProperty("type").GetString())));
            Assert.Contains(runs, run => run.Item2.GetProperty("text").GetString()!.Contains(text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void PagerDuty_is_triggered_under_the_alerts_id_and_resolved_under_the_same()
    {
        var alert = SampleAlert.Of();
        var trigger = Json(PagerDutyChannel.Body(alert, Message("acme"), "key"));
        var resolve = Json(PagerDutyChannel.Body(SampleAlert.Of("RETRACTED", ends: alert.AlertId) with { AlertId = "another" }, Message("acme"), "key"));

        Assert.Equal(("trigger", alert.AlertId, "warning"), (
            trigger.GetProperty("event_action").GetString(), trigger.GetProperty("dedup_key").GetString(),
            trigger.GetProperty("payload").GetProperty("severity").GetString()));
        Assert.Equal(("resolve", alert.AlertId), (resolve.GetProperty("event_action").GetString(), resolve.GetProperty("dedup_key").GetString()));
        Assert.False(resolve.TryGetProperty("payload", out _));
    }

    [Fact]
    public void PagerDutys_key_stays_within_its_255_letters_and_two_long_ids_have_two()
    {
        string KeyOf(string id) => Json(PagerDutyChannel.Body(SampleAlert.Of() with { AlertId = id }, Message("acme"), "key")).GetProperty("dedup_key").GetString()!;

        Assert.True(KeyOf(new string('a', 300)).Length <= 255);
        Assert.NotEqual(KeyOf(new string('a', 300)), KeyOf(new string('a', 301)));
    }

    [Theory]
    [InlineData("RETRACTED", "resolve")]
    [InlineData("RECOVERED", "resolve")]
    [InlineData("RECROSSED", "trigger")]
    [InlineData("RENOTIFIED", "trigger")]
    [InlineData("NEW_IN_2027", "trigger")]
    public void A_notice_to_PagerDuty_is_of_the_incident_of_its_alert(string kind, string action)
    {
        var alert = SampleAlert.Of();
        var notice = Json(PagerDutyChannel.Body(SampleAlert.Of(kind, ends: alert.AlertId) with { AlertId = "the-notices-own" }, Message("acme"), "key"));

        Assert.Equal((action, alert.AlertId), (notice.GetProperty("event_action").GetString(), notice.GetProperty("dedup_key").GetString()));
    }

    [Theory]
    [InlineData("THRESHOLD", 99, "warning")]
    [InlineData("THRESHOLD", 100, "critical")]
    [InlineData("RECROSSED", 100, "critical")]
    [InlineData("RENOTIFIED", 120, "critical")]
    [InlineData("FORECAST", 100, "warning")]
    [InlineData("DRIFT", 150, "warning")]
    [InlineData("ANOMALY", 300, "warning")]
    [InlineData("NO_DATA", 200, "error")]
    [InlineData("TEST", 100, "info")]
    public void An_incident_is_critical_where_the_amount_is_used_up_and_not_where_the_percent_is_another(string kind, int percent, string severity) =>
        Assert.Equal(severity, Json(PagerDutyChannel.Body(SampleAlert.Of(kind) with { ThresholdPercent = percent }, Message("acme"), "key"))
            .GetProperty("payload").GetProperty("severity").GetString());

    [Theory]
    [InlineData("ops@example.com")]
    [InlineData("ops@example.com, finance+budget@mail.example.co.uk")]
    public void Addresses_at_public_names_may_get_mail(string target) => Assert.Null(EmailAddresses.Flaw(target));

    private static AlertText Message(string text) => AlertMessage.Usual.Render(SampleAlert.Of(tenant: text, cause: text));

    private static JsonElement Json(object body) => JsonSerializer.SerializeToElement(body, JsonSerializerOptions.Web);
}
