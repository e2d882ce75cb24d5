using System.Globalization;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using NodaTime;

namespace FinOps.Platform.Alerts;

/// <summary>Checks the channels that a budget names, each by the class that would send.</summary>
public sealed class ReadAlertChannels(IEnumerable<IAlertChannel> channels, EgressGuard egress)
{
    private static readonly TimeOnly UsualTime = new(8, 0);

    private readonly SortedDictionary<string, ITargetedChannel> kinds =
        new(channels.OfType<ITargetedChannel>().ToDictionary(c => c.Kind), StringComparer.Ordinal);

    /// <returns>What of a stored target may be shown.</returns>
    public string Shown(string kind, string target) => kinds.TryGetValue(kind, out var channel) ? channel.Shown(target) : "…";

    /// <returns>The orders where there is no flaw; each flaw names its field as <c>channels[0].target</c>.</returns>
    public async Task<(IReadOnlyList<AlertChannelOrder> Orders, IReadOnlyList<Rejection> Flaws)> ReadAsync(
        IReadOnlyList<AlertChannelInput> inputs, CancellationToken cancellation)
    {
        var checks = new Checks();
        if (inputs.Count > Limits.ChannelsPerBudget)
        {
            checks.Fail("too_many_channels", "channels", $"A budget has at most {Limits.ChannelsPerBudget} channels.");
            return ([], checks.Failures);
        }

        var orders = new List<AlertChannelOrder>();
        for (var i = 0; i < inputs.Count; i++) orders.Add(await ReadAsync(inputs[i], $"channels[{i}]", checks, cancellation));
        foreach (var twice in orders.GroupBy(o => o.Name).Where(g => g.Count() > 1))
            checks.Fail("channel_name_doubled", "channels", $"Two channels are named '{twice.Key}'; a name is needed once.");
        return (orders, checks.Failures);
    }

    /// <returns>What is said of a budget's webhook beside its URL and secret; each flaw names its field as <c>webhook.digest.at</c>.</returns>
    public static (AlertChannelOrder Order, IReadOnlyList<Rejection> Flaws) ReadWebhook(DigestInput? digest)
    {
        var checks = new Checks();
        var order = new AlertChannelOrder { Kind = WebhookChannel.Name, Name = WebhookChannel.Name };
        return (digest is null ? order : Digest(order, digest, channel: null, "webhook.digest", checks), checks.Failures);
    }

    private async Task<AlertChannelOrder> ReadAsync(AlertChannelInput input, string field, Checks checks, CancellationToken cancellation)
    {
        var kind = (input.Kind ?? "").ToLowerInvariant();
        var name = input.Name ?? kind;
        if (!kinds.TryGetValue(kind, out var channel))
            checks.Fail("channel_kind_unknown", $"{field}.kind", $"There are the kinds {string.Join(", ", kinds.Keys)}.");
        if (Name.Flaw(name) is { } flaw && channel is not null) checks.Fail("channel_name_invalid", $"{field}.name", $"The name {flaw}.");
        if (name is BusChannel.Name or WebhookChannel.Name)
            checks.Fail("channel_name_taken", $"{field}.name", $"'{name}' is the name of another channel; choose another.");
        if (channel is not null && input.Target is { } target) await TargetAsync(channel, target, $"{field}.target", checks, cancellation);
        var order = new AlertChannelOrder { Kind = kind, Name = name, Target = input.Target };
        return input.Digest is null ? order : Digest(order, input.Digest, channel, $"{field}.digest", checks);
    }

    private async Task TargetAsync(ITargetedChannel channel, string target, string field, Checks checks, CancellationToken cancellation)
    {
        var flaw = target.Length > Limits.ChannelTargetLength ? $"is longer than {Limits.ChannelTargetLength} characters" : channel.Flaw(target);
        if (flaw is not null)
        {
            checks.Fail("channel_target_invalid", field, $"The target {flaw}.");
            return;
        }

        if (Uri.TryCreate(target, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && await egress.RefusalAsync(url, cancellation) is not null)
        {
            checks.Fail("channel_target_not_allowed", field, "The target leads to an address that is not allowed.");
        }
    }

    private static AlertChannelOrder Digest(AlertChannelOrder order, DigestInput digest, ITargetedChannel? channel, string field, Checks checks)
    {
        if (channel?.NoDigest is { } reason)
            checks.Fail("digest_not_possible", field, $"The kind {channel.Kind} takes no digest: {reason}. Leave it out.");
        if (digest.Every is null) checks.Fail("digest_every_missing", $"{field}.every", "Say DAY or WEEK.");
        var at = ClockTime.Read(digest.At, UsualTime, $"{field}.at", checks);
        if (digest is { Day: not null, Every: DigestEvery.Day })
            checks.Fail("digest_day_needless", $"{field}.day", "A daily digest has no day of the week.");
        var zone = ClockTime.Zone(digest.TimeZone, $"{field}.timeZone", checks);
        return order with
        {
            Every = digest.Every,
            At = at,
            Day = digest.Every == DigestEvery.Week ? digest.Day ?? Weekday.Monday : null,
            TimeZone = zone,
        };
    }
}

/// <summary>Times of a zone's clock.</summary>
internal static class ClockTime
{
    public static TimeOnly Read(string? text, TimeOnly? usual, string field, Checks checks)
    {
        if (text is null && usual is { } time) return time;
        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read)) return read;
        checks.Fail("time_invalid", field, "A time is written as 08:00, up to 23:59.");
        return default;
    }

    public static string Zone(string? text, string field, Checks checks)
    {
        var zone = text ?? "UTC";
        if (!DateTimeZoneProviders.Tzdb.Ids.Contains(zone))
            checks.Fail("time_zone_unknown", field, $"'{zone}' is not an IANA time zone such as Europe/Berlin.");
        return zone;
    }
}
