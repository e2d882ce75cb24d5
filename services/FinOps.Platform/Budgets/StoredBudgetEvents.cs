using System.Globalization;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;

namespace FinOps.Platform.Budgets;

// Stored for ever under the aliases in BudgetsModule: a field is added, never renamed; a new meaning is a new version.

/// <summary>Stored as <c>budget_created_v1</c>.</summary>
public sealed record BudgetCreatedV1(string BudgetId, StoredTermsV1 Terms, DateTimeOffset RecordedAt, string RecordedBy);

/// <summary>Stored as <c>budget_changed_v1</c>.</summary>
public sealed record BudgetChangedV1(string BudgetId, StoredTermsV1 Terms, DateTimeOffset RecordedAt, string RecordedBy);

/// <summary>Stored as <c>budget_closed_v1</c>.</summary>
public sealed record BudgetClosedV1(string BudgetId, DateTimeOffset RecordedAt, string RecordedBy);

/// <summary>Stored as <c>threshold_crossed_v1</c>, in the stream of the budget's period.</summary>
public sealed record ThresholdCrossedV1(
    string AlertId, string BudgetId, string Tenant, string Measure, DateTimeOffset PeriodStart, DateTimeOffset PeriodEnd,
    decimal ThresholdPercent, decimal Amount, decimal Spend, string Currency, bool Suppressed, DateTimeOffset RecordedAt);

/// <param name="Measure"><c>charge</c>.</param>
public sealed record StoredTermsV1(
    string Tenant, string Measure, decimal Amount, string Currency, StoredPeriodV1 Period, decimal[] Thresholds, string? WebhookUrl,
    bool DeliverBackfilled);

/// <param name="FirstMonth">Of a monthly budget, for example <c>2026-11</c>.</param>
/// <param name="Start">Of a custom period.</param>
/// <param name="End">Of a custom period, exclusive.</param>
public sealed record StoredPeriodV1(string TimeZone, string? FirstMonth, DateTimeOffset? Start, DateTimeOffset? End);

/// <summary>Between the domain's events and the stored ones.</summary>
internal static class StoredBudgetEvents
{
    private const string ChargeText = "charge";

    public static object ToStored(this BudgetEvent happened) => happened switch
    {
        BudgetCreated e => new BudgetCreatedV1(e.Id.Value, ToStored(e.Terms), e.At, e.By),
        BudgetChanged e => new BudgetChangedV1(e.Id.Value, ToStored(e.Terms), e.At, e.By),
        BudgetClosed e => new BudgetClosedV1(e.Id.Value, e.At, e.By),
        ThresholdCrossed e => new ThresholdCrossedV1(
            AlertId.Of(e.Id, e.Crossing), e.Id.Value, e.Tenant.Value, ToStored(e.Measure), e.Period.From, e.Period.To, e.ThresholdPercent,
            e.Amount.Amount, e.Spend.Amount, e.Amount.Currency.Code, e.Suppressed, e.At),
        _ => throw Unknown(happened),
    };

    public static BudgetEvent ToDomain(object stored) => stored switch
    {
        BudgetCreatedV1 e => new BudgetCreated(new BudgetId(e.BudgetId), ToDomain(e.Terms), e.RecordedAt, e.RecordedBy),
        BudgetChangedV1 e => new BudgetChanged(new BudgetId(e.BudgetId), ToDomain(e.Terms), e.RecordedAt, e.RecordedBy),
        BudgetClosedV1 e => new BudgetClosed(new BudgetId(e.BudgetId), e.RecordedAt, e.RecordedBy),
        ThresholdCrossedV1 e => new ThresholdCrossed(
            new BudgetId(e.BudgetId), new TenantId(e.Tenant), ToMeasure(e.Measure), new Window(e.PeriodStart, e.PeriodEnd),
            e.ThresholdPercent, new Money(e.Amount, new Currency(e.Currency)), new Money(e.Spend, new Currency(e.Currency)), e.Suppressed,
            e.RecordedAt),
        _ => throw Unknown(stored),
    };

    private static StoredTermsV1 ToStored(BudgetTerms terms) => new(
        terms.Tenant.Value, ToStored(terms.Measure), terms.Amount.Amount, terms.Amount.Currency.Code, ToStored(terms.Period),
        [.. terms.Thresholds.Percents], terms.WebhookUrl?.AbsoluteUri, terms.DeliverBackfilled);

    private static BudgetTerms ToDomain(StoredTermsV1 stored) => new(
        new TenantId(stored.Tenant), ToMeasure(stored.Measure), new Money(stored.Amount, new Currency(stored.Currency)),
        ToDomain(stored.Period),
        Thresholds.Read(stored.Thresholds).Thresholds ?? throw new InvalidOperationException("A stored budget's thresholds are disordered."),
        stored.WebhookUrl is null ? null : new Uri(stored.WebhookUrl), stored.DeliverBackfilled);

    private static StoredPeriodV1 ToStored(BudgetPeriod period) => period switch
    {
        BudgetPeriod.Monthly monthly => new StoredPeriodV1(
            monthly.TimeZone, FormattableString.Invariant($"{monthly.First.Year:0000}-{monthly.First.Month:00}"), null, null),
        BudgetPeriod.Custom custom => new StoredPeriodV1(custom.TimeZone, null, custom.Window.From, custom.Window.To),
        _ => throw Unknown(period),
    };

    private static BudgetPeriod ToDomain(StoredPeriodV1 stored)
    {
        if (stored is { Start: { } start, End: { } end }) return new BudgetPeriod.Custom(new Window(start, end), stored.TimeZone);
        var first = DateOnly.ParseExact(stored.FirstMonth!, "yyyy-MM", CultureInfo.InvariantCulture);
        return new BudgetPeriod.Monthly(new CalendarMonth(first.Year, first.Month), stored.TimeZone);
    }

    private static string ToStored(BudgetMeasure measure) => measure switch
    {
        BudgetMeasure.Charge => ChargeText,
        _ => throw Unknown(measure),
    };

    private static BudgetMeasure ToMeasure(string stored) => stored switch
    {
        ChargeText => BudgetMeasure.Charge,
        _ => throw Unknown(stored),
    };

    private static InvalidOperationException Unknown(object what) => new($"Nobody taught this version of us what {what} is.");
}
