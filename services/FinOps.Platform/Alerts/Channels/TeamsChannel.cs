namespace FinOps.Platform.Alerts.Channels;

/// <summary>
/// Posts an adaptive card to a workflow's webhook of Microsoft Teams. All texts are runs of rich text, which unlike text blocks read no
/// Markdown: what came from outside is neither link nor markup.
/// </summary>
internal sealed class TeamsChannel(PostJson post) : ChatChannel(post)
{
    /// <summary>Characters of a card's text; Teams drops messages beyond 28 KB.</summary>
    private const int MaxText = 5_000;

    public override string Kind => "teams";

    public override object Body(AlertText text) => new
    {
        type = "message",
        attachments = new object[]
        {
            new { contentType = "application/vnd.microsoft.card.adaptive", content = Card(text) },
        },
    };

    private static Dictionary<string, object> Card(AlertText text) => new()
    {
        ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
        ["type"] = "AdaptiveCard",
        ["version"] = "1.4",
        ["fallbackText"] = text.Subject,
        ["msteams"] = new { width = "Full" },
        ["body"] = new[] { Lines(text.Subject, "Bolder") }
            .Concat(Cut(text.Plain, MaxText).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Lines(line, "Default")))
            .ToArray(),
    };

    private static object Lines(string text, string weight) =>
        new { type = "RichTextBlock", inlines = new[] { new { type = "TextRun", text, weight } } };
}
