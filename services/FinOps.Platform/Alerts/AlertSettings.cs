using System.Globalization;
using System.Net;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Configuration;

namespace FinOps.Platform.Alerts;

/// <summary>What the operator decides about alerts.</summary>
/// <param name="AllowedNetworks">
/// <c>Alerts__AllowedNetworks</c>: networks that webhooks may reach although they are not public, for example <c>127.0.0.0/8</c>.
/// </param>
/// <param name="Retries"><c>Alerts__RetrySeconds</c>: the waits between tries, in seconds.</param>
public sealed record AlertSettings(IReadOnlyList<IPNetwork> AllowedNetworks, IReadOnlyList<TimeSpan> Retries)
{
    private static readonly Uri PublicPagerDuty = new("https://events.pagerduty.com/v2/enqueue");

    /// <summary>The mail server; null where the operator has named none, and then no budget can name e-mail.</summary>
    public SmtpSettings? Smtp { get; init; }

    /// <summary><c>Alerts__PagerDutyUrl</c>: for its other regions, such as <c>https://events.eu.pagerduty.com/v2/enqueue</c>.</summary>
    public Uri PagerDuty { get; init; } = PublicPagerDuty;

    /// <exception cref="InvalidOperationException">Names the setting and what is wrong with it.</exception>
    public static AlertSettings Read(IConfiguration configuration) => new(
        Values(configuration, "Alerts:AllowedNetworks").Select(Network).ToList(),
        Values(configuration, "Alerts:RetrySeconds").Select(Wait).ToList() is { Count: > 0 } waits ? waits : Limits.DeliveryRetries)
    {
        Smtp = SmtpSettings.Read(configuration),
        PagerDuty = configuration["Alerts:PagerDutyUrl"] is not { Length: > 0 } url ? PublicPagerDuty
            : Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
            : throw new InvalidOperationException("Alerts__PagerDutyUrl is not an absolute http or https URL."),
    };

    // One value with commas, as an environment variable is written, or a list.
    private static IEnumerable<string> Values(IConfiguration configuration, string key)
    {
        var section = configuration.GetSection(key);
        var values = section.Value is { } joined ? [joined] : section.GetChildren().Select(child => child.Value ?? "");
        return values.SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    private static IPNetwork Network(string text) => IPNetwork.TryParse(text, out var network)
        ? network
        : throw new InvalidOperationException(
            $"Alerts__AllowedNetworks: '{text}' is not a network such as 127.0.0.0/8 (no bit set behind the prefix).");

    private static TimeSpan Wait(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= 604_800
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidOperationException($"Alerts__RetrySeconds: '{text}' is not a number of seconds up to a week.");
}
