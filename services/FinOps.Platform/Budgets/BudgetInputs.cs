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

    /// <summary>Whose usage counts. A tenant's own key may leave it out.</summary>
    public string? Tenant { get; set; }

    /// <summary>Which of it; all where it is left out.</summary>
    public BudgetScopeInput? Scope { get; set; }

    /// <summary>What it does where it is exceeded; ADVISORY when left out. HARD: gateways reserve from it before they call.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<BudgetKind>))]
    public BudgetKind? Kind { get; set; }

    /// <summary>Of a HARD one: what gateways are answered while its books are away; CLOSED, no reservation is granted, when left out.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<WhenAway>))]
    public WhenAway? WhenAway { get; set; }

    [JsonConverter(typeof(JsonStringEnumConverter<BudgetMeasure>))]
    public BudgetMeasure? Measure { get; set; }

    public decimal? Amount { get; set; }

    /// <summary>An ISO 4217 code; the rate cards' currency.</summary>
    public string? Currency { get; set; }

    public BudgetPeriodInput? Period { get; set; }

    /// <summary>Percent of the limit, ascending; 50, 80, 100 when neither these nor amounts nor forecasts are named.</summary>
    public IReadOnlyList<decimal>? Thresholds { get; set; }

    /// <summary>In the measure's own unit, ascending.</summary>
    public IReadOnlyList<decimal>? ThresholdAmounts { get; set; }

    /// <summary>Percent of the limit, ascending, of what the period is foreseen to come to.</summary>
    public IReadOnlyList<decimal>? ForecastThresholds { get; set; }

    /// <summary>What a period leaves over goes into the next one, up to this share of its amount; 0 when left out.</summary>
    public decimal? RolloverPercent { get; set; }

    /// <summary>Percent by which the unit cost of the last whole day lies above that of the week before; of budgets on cost.</summary>
    public IReadOnlyList<decimal>? DriftThresholds { get; set; }

    /// <summary>Alerts after so many hours without usage of the scope, or a report of its fleets; 0 is never.</summary>
    public int? NoDataAfterHours { get; set; }

    /// <summary>An alert that stands is told again each so many hours of its period, 1 to 744; 0 is never.</summary>
    public int? RenotifyHours { get; set; }

    /// <summary>Percent by which the unit cost of the last whole day lies above its target; of budgets on cost.</summary>
    public IReadOnlyList<decimal>? TargetThresholds { get; set; }

    /// <summary>Alerts of days that lie above what the budget's own past says.</summary>
    public BudgetAnomalyInput? Anomaly { get; set; }

    public BudgetRaiseInput? Raise { get; set; }

    public WebhookInput? Webhook { get; set; }

    /// <summary>Where alerts go beside the bus and the webhook; left out, they stay as they are.</summary>
    public IReadOnlyList<AlertChannelInput>? Channels { get; set; }

    /// <summary>Deliver crossings by records that are in already; else they are listed only.</summary>
    public bool? DeliverBackfilled { get; set; }
}

/// <summary>Which of the tenant's usage counts: values of one list are alternatives, of several lists all must hold.</summary>
public sealed class BudgetScopeInput
{
    public IReadOnlyList<string>? Models { get; set; }

    public IReadOnlyList<string>? Fleets { get; set; }

    public IReadOnlyList<BudgetTagInput>? Tags { get; set; }
}

/// <summary>A tag and its value.</summary>
public sealed class BudgetTagInput
{
    public required string Key { get; set; }

    public required string Value { get; set; }
}

/// <summary>How far above its own past a day may lie.</summary>
public sealed class BudgetAnomalyInput
{
    /// <summary>MEDIUM when left out.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<AnomalySensitivity>))]
    public AnomalySensitivity? Sensitivity { get; set; }
}

/// <summary>More for a while: added to the limit of whatever period runs, until an instant.</summary>
public sealed class BudgetRaiseInput
{
    public decimal? By { get; set; }

    public DateTimeOffset? Until { get; set; }
}

/// <summary>With an end: once, from start to end. Without: again and again in the zone, from the one that holds the start, or now.</summary>
public sealed class BudgetPeriodInput
{
    /// <summary>CUSTOM with an end, MONTH without, when left out.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<BudgetPeriodKind>))]
    public BudgetPeriodKind? Kind { get; set; }

    /// <summary>Of a ROLLING period: how many days it looks back, the day that ends it included.</summary>
    public int? Days { get; set; }

    /// <summary>The first period counts from the start only, and has its share of the amount.</summary>
    public bool? Prorate { get; set; }

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

    /// <summary>One call a day or a week, with all alerts in a list; each alert at once when left out.</summary>
    public DigestInput? Digest { get; set; }
}

/// <summary>What is left out stays. Scope, period, currency and measure stay always.</summary>
public sealed class ChangeBudgetInput
{
    public string? Id { get; set; }

    public decimal? Amount { get; set; }

    /// <summary>The amount holds for periods that start at or after it; at once when left out.</summary>
    public DateTimeOffset? EffectiveFrom { get; set; }

    [JsonConverter(typeof(JsonStringEnumConverter<BudgetKind>))]
    public BudgetKind? Kind { get; set; }

    /// <summary>Of a HARD one: what gateways are answered while its books are away.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<WhenAway>))]
    public WhenAway? WhenAway { get; set; }

    public IReadOnlyList<decimal>? Thresholds { get; set; }

    public IReadOnlyList<decimal>? ThresholdAmounts { get; set; }

    public IReadOnlyList<decimal>? ForecastThresholds { get; set; }

    public decimal? RolloverPercent { get; set; }

    /// <summary>Percent by which the unit cost of the last whole day lies above that of the week before; of budgets on cost.</summary>
    public IReadOnlyList<decimal>? DriftThresholds { get; set; }

    /// <summary>Alerts after so many hours without usage of the scope, or a report of its fleets; 0 is never.</summary>
    public int? NoDataAfterHours { get; set; }

    /// <summary>An alert that stands is told again each so many hours of its period, 1 to 744; 0 is never.</summary>
    public int? RenotifyHours { get; set; }

    /// <summary>Percent by which the unit cost of the last whole day lies above its target; of budgets on cost.</summary>
    public IReadOnlyList<decimal>? TargetThresholds { get; set; }

    /// <summary>Alerts of days that lie above what the budget's own past says.</summary>
    public BudgetAnomalyInput? Anomaly { get; set; }

    public BudgetRaiseInput? Raise { get; set; }

    public bool? RemoveRaise { get; set; }

    public bool? RemoveAnomaly { get; set; }

    public WebhookInput? Webhook { get; set; }

    public bool? RemoveWebhook { get; set; }

    /// <summary>All of them; an empty list removes all.</summary>
    public IReadOnlyList<AlertChannelInput>? Channels { get; set; }

    public bool? DeliverBackfilled { get; set; }
}
