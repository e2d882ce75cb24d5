using FinOps.Platform.Hosting;

namespace FinOps.Platform.Alerts.Channels;

/// <summary>Posts to a Slack incoming webhook. All texts are plain ones: nothing that came from outside is markup, a mention or a link.</summary>
internal sealed class SlackChannel(PostJson post) : ChatChannel(post)
{
    /// <summary>Characters of one block.</summary>
    private const int MaxBlock = 3_000;

    public override string Kind => "slack";

    public override object Body(AlertText text) => new
    {
        // Notifications show it. Slack reads markup here, so the three letters that start any are written out.
        text = Escape(text.Subject),
        mrkdwn = false,
        blocks = new object[]
        {
            new { type = "header", text = Plain(Cut(text.Subject, Limits.SubjectLength)) },
            new { type = "section", text = Plain(Cut(text.Plain, MaxBlock)) },
        },
    };

    internal static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);

    // `emoji: false`, or a budget named :fire: burns.
    private static object Plain(string text) => new { type = "plain_text", text = Escape(text), emoji = false };
}
