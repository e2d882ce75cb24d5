using System.Text;
using System.Text.Json;
using FinOps.Contracts;
using FinOps.Platform.Alerts;
using FinOps.Platform.Alerts.Channels;
using FinOps.Platform.Alerts.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>Every kind of message through every channel: it is told, why, and of what, and nothing of it is markup. What is not known yet, too.</summary>
public sealed class EveryKindTests
{
    private const string Cause = "cost per token +38 %: <b>idle</b> & \"more\"";

    private static readonly PostJson Post = new(
        new EgressGuard(new AlertSettings([], []), EgressGuard.ResolveAsync), TimeProvider.System, NullLogger<PostJson>.Instance);

    public static TheoryData<string> Kinds =>
    [
        .. Enum.GetNames<AlertKind>().Select(Wire).Concat(["RENOTIFIED", "ANOMALY", "TEST", "NEW_IN_2027"]).Distinct(),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Readers_get_a_subject_a_plain_text_and_an_escaped_HTML(string kind)
    {
        var text = AlertMessage.Usual.Render(Alert(kind));

        Assert.StartsWith("team of acme", text.Subject[text.Subject.IndexOf("team", StringComparison.Ordinal)..], StringComparison.Ordinal);
        foreach (var said in (string[])[Cause, "83.5 USD of 100 USD", "2026-03-01 00:00 UTC", Alert(kind).AlertId]) Assert.Contains(said, text.Plain, StringComparison.Ordinal);
        foreach (var said in (string[])["&lt;b&gt;idle&lt;/b&gt; &amp;", "83.5 USD of 100 USD", "team of acme"]) Assert.Contains(said, text.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", text.Html, StringComparison.Ordinal);
        // A tag that was opened and not closed, or a piece of the template itself.
        foreach (var tag in (string[])["table", "tr", "td", "p"]) Assert.Equal(Count(text.Html, $"<{tag}>"), Count(text.Html, $"</{tag}>"));
        foreach (var part in (string[])["{%", "%}", "{{", "}}", "\n\n\n"]) Assert.DoesNotContain(part, text.Subject + text.Plain, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Chats_get_the_same_words(string kind)
    {
        var text = AlertMessage.Usual.Render(Alert(kind));
        var slack = Json(new SlackChannel(Post).Body(text)).GetProperty("blocks");
        var teams = Json(new TeamsChannel(Post).Body(text)).GetProperty("attachments")[0].GetProperty("content").GetProperty("body");

        Assert.Equal(Escaped(text.Subject), slack[0].GetProperty("text").GetProperty("text").GetString());
        Assert.Equal(Escaped(text.Plain), slack[1].GetProperty("text").GetProperty("text").GetString());
        Assert.Equal(
            text.Plain.Split('\n', StringSplitOptions.RemoveEmptyEntries).Prepend(text.Subject),
            teams.EnumerateArray().Select(line => line.GetProperty("inlines")[0].GetProperty("text").GetString()!));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void On_call_gets_an_event_that_names_it_and_one_that_is_over_ends_it(string kind)
    {
        var page = Json(PagerDutyChannel.Body(Alert(kind), AlertMessage.Usual.Render(Alert(kind)), "key"));

        Assert.Equal("an-alert", page.GetProperty("dedup_key").GetString());
        var isOver = kind is "RETRACTED" or "RECOVERED";
        Assert.Equal(isOver ? "resolve" : "trigger", page.GetProperty("event_action").GetString());
        if (isOver) return;
        Assert.Equal(kind, page.GetProperty("payload").GetProperty("class").GetString());
        Assert.Equal(Cause, page.GetProperty("payload").GetProperty("custom_details").GetProperty("cause").GetString());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_webhook_gets_the_contract_and_a_digest_is_a_list_of_it(string kind)
    {
        var alert = Alert(kind);
        var single = WebhookChannel.Body(new AlertDelivery(alert.AlertId, alert.BudgetId, [alert], AlertText.None, ""));
        var digest = WebhookChannel.Body(new AlertDelivery("digest_1", alert.BudgetId, [alert], AlertText.None, ""));

        Assert.Equal(alert, JsonSerializer.Deserialize<BudgetAlertRaised>(single, JsonSerializerOptions.Web));
        var read = JsonSerializer.Deserialize<BudgetAlertDigest>(digest, JsonSerializerOptions.Web)!;
        Assert.Equal(("DIGEST", "digest_1", "team", "acme"), (read.Kind, read.DigestId, read.BudgetId, read.Tenant));
        Assert.Equal([alert], read.Alerts);
        // An alert reads the same in a list as by itself.
        Assert.Contains(Encoding.UTF8.GetString(single), Encoding.UTF8.GetString(digest), StringComparison.Ordinal);
    }

    /// <summary>Notices are on another alert.</summary>
    private static BudgetAlertRaised Alert(string kind) =>
        kind is "RETRACTED" or "RECOVERED" or "RECROSSED" or "RENOTIFIED"
            ? SampleAlert.Of(kind, cause: Cause, ends: "an-alert")
            : SampleAlert.Of(kind, cause: Cause) with { AlertId = "an-alert" };

    private static string Wire(string name) =>
        string.Concat(name.Select((letter, i) => i > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{letter}")).ToUpperInvariant();

    private static string Escaped(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static JsonElement Json(object body) => JsonSerializer.SerializeToElement(body, JsonSerializerOptions.Web);
}
