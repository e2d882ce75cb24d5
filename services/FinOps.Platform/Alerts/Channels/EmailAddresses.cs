using FinOps.Platform.Hosting;
using MimeKit;

namespace FinOps.Platform.Alerts.Channels;

/// <summary>
/// Recipients with commas. Only names of public hosts: an address of a machine behind the at sign (<c>ops@[10.0.0.1]</c>) would have the
/// operator's mail server call it.
/// </summary>
internal static class EmailAddresses
{
    private const int MaxLength = 254;

    public static string? Flaw(string target)
    {
        var parts = Split(target);
        if (parts.Length == 0) return "names no recipient";
        if (parts.Length > Limits.EmailRecipients) return $"names more than {Limits.EmailRecipients} recipients";
        var bad = Array.FindIndex(parts, part => !IsAddress(part));
        return bad < 0 ? null : $"has no e-mail address such as ops@example.com at place {bad + 1}";
    }

    public static IEnumerable<MailboxAddress> Read(string target) => Split(target).Select(MailboxAddress.Parse);

    private static bool IsAddress(string text) =>
        text.Length <= MaxLength && text.All(char.IsAscii) && !text.Any(c => char.IsControl(c) || c is ' ' or '<' or '>' or '"' or '(' or ')' or '%' or '!')
        && text.Split('@') is [{ Length: > 0 }, var domain] && IsDomain(domain)
        && MailboxAddress.TryParse(text, out var address) && address.Address == text;

    // Labels of letters, digits and hyphens; the last one is no number in any spelling, so the whole is no address of a machine.
    private static bool IsDomain(string domain)
    {
        var labels = domain.Split('.');
        return labels.Length >= 2 && labels.All(l => l.Length is > 0 and <= 63 && l.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && l[0] != '-' && l[^1] != '-')
            && char.IsAsciiLetter(labels[^1][0]) && labels[^1].Length >= 2
            && labels[^1].ToLowerInvariant() is not ("localhost" or "local" or "localdomain" or "internal" or "intranet" or "lan" or "home" or "corp" or "arpa");
    }

    private static string[] Split(string target) => target.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
