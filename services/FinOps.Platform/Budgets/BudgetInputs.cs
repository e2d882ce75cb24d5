using System.Text.Json.Serialization;
using FinOps.Domain.Budgets;
using FinOps.Platform.Alerts;

namespace FinOps.Platform.Budgets;

// Nullable throughout: what is missing is answered by our rules, which name the field, and all flaws at once.

/// <summary>A budget to create. An open budget with this id is changed to it, so the same input may be sent again.</summary>
public sealed class CreateBudgetInput
{
    /// <summary>For ever; made up when left out.</summary>
    public string? Id { get; set; }

    /// <summary>The scope. A tenant's own key may leave it out.</summary>
    public string? Tenant { get; set; }

    [JsonConverter(typeof(JsonStringEnumConverter<BudgetMeasure>))]
    public BudgetMeasure? Measure { get; set; }

    public decimal? Amount { get; set; }

    /// <summary>An ISO 4217 code; the rate cards' currency.</summary>
    public string? Currency { get; set; }

    public BudgetPeriodInput? Period { get; set; }

    /// <summary>Percent of the amount, ascending; 50, 80, 100 when left out.</summary>
    public IReadOnlyList<decimal>? Thresholds { get; set; }

    public WebhookInput? Webhook { get; set; }

    /// <summary>Where alerts go beside the bus and the webhook; left out, they stay as they are.</summary>
    public IReadOnlyList<AlertChannelInput>? Channels { get; set; }

    /// <summary>Deliver crossings by records that are in already; else they are listed only.</summary>
    public bool? DeliverBackfilled { get; set; }
}

/// <summary>With an end: once, from start to end. Without: each month of the zone, from the one that holds the start, or now.</summary>
public sealed class BudgetPeriodInput
{
    public DateTimeOffset? Start { get; set; }

    public DateTimeOffset? End { get; set; }

    /// <summary>IANA, for example Europe/Berlin; UTC when left out.</summary>
    public string? TimeZone { get; set; }
}

/// <summary>Where alerts are posted, signed after the Standard Webhooks specification.</summary>
public sealed class WebhookInput
{
    public string? Url { get; set; }

    /// <summary><c>whsec_</c> and 24 to 64 bytes in base64; made when there is none yet, and shown in this mutation's answer.</summary>
    public string? Secret { get; set; }
}

/// <summary>What is left out stays. Period, currency and measure stay always.</summary>
public sealed class ChangeBudgetInput
{
    public string? Id { get; set; }

    public decimal? Amount { get; set; }

    public IReadOnlyList<decimal>? Thresholds { get; set; }

    public WebhookInput? Webhook { get; set; }

    public bool? RemoveWebhook { get; set; }

    /// <summary>All of them; an empty list removes all.</summary>
    public IReadOnlyList<AlertChannelInput>? Channels { get; set; }

    public bool? DeliverBackfilled { get; set; }
}
