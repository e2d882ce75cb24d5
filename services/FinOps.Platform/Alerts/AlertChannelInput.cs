using System.Text.Json.Serialization;

namespace FinOps.Platform.Alerts;

// Nullable throughout: what is missing is answered by our rules, which name the field, and all flaws at once.

/// <summary>One way that a budget's alerts go, beside the bus and the webhook.</summary>
public sealed class AlertChannelInput
{
    /// <summary><c>email</c>, <c>slack</c>, <c>teams</c> or <c>pagerduty</c>.</summary>
    public string? Kind { get; set; }

    /// <summary>Names it in the delivery log; the kind when left out.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Addresses with commas; the URL of the chat's incoming webhook; PagerDuty's integration key. Never shown again where it is a secret.
    /// Left out: the one that the channel of this name and kind has.
    /// </summary>
    public string? Target { get; set; }

    /// <summary>One message a day or a week; each alert at once when left out.</summary>
    public DigestInput? Digest { get; set; }
}

/// <summary>When a digest is sent.</summary>
public sealed class DigestInput
{
    [JsonConverter(typeof(JsonStringEnumConverter<DigestEvery>))]
    public DigestEvery? Every { get; set; }

    /// <summary>By the zone's clock, for example <c>08:00</c>, which is meant when it is left out.</summary>
    public string? At { get; set; }

    /// <summary>Of a week's digest; Monday when left out.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<Weekday>))]
    public Weekday? Day { get; set; }

    /// <summary>IANA, for example Europe/Berlin; UTC when left out.</summary>
    public string? TimeZone { get; set; }
}

/// <summary>How often a digest is sent.</summary>
public enum DigestEvery
{
    Day,
    Week,
}

/// <summary>Numbered as ISO 8601 does.</summary>
public enum Weekday
{
    Monday = 1,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// <summary>An <see cref="AlertChannelInput"/>, or what is said of the webhook, that has been checked, on its way to the budget's grain.</summary>
[GenerateSerializer, Immutable]
[Alias("finops.alert-channel-order.v1")]
public sealed record AlertChannelOrder
{
    [Id(0)] public required string Kind { get; init; }

    [Id(1)] public required string Name { get; init; }

    /// <summary>Null keeps the one that is stored.</summary>
    [Id(2)] public string? Target { get; init; }

    [Id(3)] public DigestEvery? Every { get; init; }

    [Id(4)] public TimeOnly? At { get; init; }

    [Id(5)] public Weekday? Day { get; init; }

    [Id(6)] public string? TimeZone { get; init; }

    // A record prints its members; the target may be a secret.
    public override string ToString() => $"{Kind} {Name}";
}
