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
    decimal ThresholdPercent, decimal Amount, decimal Spend, string Currency, bool Suppressed, DateTimeOffset RecordedAt,
    string? ThresholdKind = null, decimal? Forecast = null, string? Cause = null);

/// <summary>Stored as <c>threshold_retracted_v1</c>, in the stream of the budget's period.</summary>
public sealed record ThresholdRetractedV1(
    string AlertId, string BudgetId, string Tenant, string Measure, DateTimeOffset PeriodStart, DateTimeOffset PeriodEnd,
    decimal ThresholdPercent, decimal Amount, decimal Spend, string Currency, bool Suppressed, DateTimeOffset RecordedAt,
    string? ThresholdKind = null);

/// <summary>Stored as <c>threshold_recrossed_v1</c>, in the stream of the budget's period.</summary>
public sealed record ThresholdRecrossedV1(
    string AlertId, string BudgetId, string Tenant, string Measure, DateTimeOffset PeriodStart, DateTimeOffset PeriodEnd,
    decimal ThresholdPercent, decimal Amount, decimal Spend, string Currency, bool Suppressed, DateTimeOffset RecordedAt,
    string? ThresholdKind = null);

/// <summary>Stored as <c>threshold_renotified_v1</c>, in the stream of the budget's period.</summary>
public sealed record ThresholdRenotifiedV1(
    string AlertId, string BudgetId, string Tenant, string Measure, DateTimeOffset PeriodStart, DateTimeOffset PeriodEnd,
    decimal ThresholdPercent, decimal Amount, decimal Spend, string Currency, bool Suppressed, DateTimeOffset RecordedAt, int Ordinal,
    string? ThresholdKind = null);

/// <param name="Measure">As <c>charge</c>.</param>
/// <param name="Scope">Null is everything.</param>
/// <param name="Kind">Null is <c>advisory</c>.</param>
/// <param name="WhenAway">Null is <c>closed</c>.</param>
public sealed record StoredTermsV1(
    string Tenant, string Measure, decimal Amount, string Currency, StoredPeriodV1 Period, decimal[] Thresholds, string? WebhookUrl,
    bool DeliverBackfilled, StoredScopeV1? Scope = null, string? Kind = null, decimal[]? ThresholdAmounts = null,
    decimal[]? ForecastThresholds = null, decimal? RolloverPercent = null, StoredRaiseV1? Raise = null, StoredAmountV1[]? AmountChanges = null,
    decimal[]? DriftThresholds = null, int? NoDataAfterHours = null, int? RenotifyHours = null,
    decimal[]? TargetThresholds = null, string? Anomaly = null, string? WhenAway = null);

public sealed record StoredScopeV1(string[] Models, string[] Fleets, StoredTagV1[] Tags);

public sealed record StoredTagV1(string Key, string Value);

public sealed record StoredRaiseV1(decimal By, DateTimeOffset Until);

public sealed record StoredAmountV1(DateTimeOffset From, decimal Amount);

/// <param name="FirstMonth">Of a monthly budget, for example <c>2026-11</c>.</param>
/// <param name="Start">Of a custom period.</param>
/// <param name="End">Of a custom period, exclusive.</param>
/// <param name="Unit">Of one that comes again and is no month: <c>day</c>, <c>week</c>, <c>quarter</c>; <c>rolling</c> ends each day.</param>
/// <param name="FirstDate">The first date of the first one, or of a rolling one the first last day.</param>
/// <param name="Days">Of a rolling one.</param>
/// <param name="StartsAt">Of a first period that is not whole.</param>
public sealed record StoredPeriodV1(
    string TimeZone, string? FirstMonth, DateTimeOffset? Start, DateTimeOffset? End, string? Unit = null, string? FirstDate = null,
    int? Days = null, DateTimeOffset? StartsAt = null);

/// <summary>Between the domain's events and the stored ones.</summary>
internal static class StoredBudgetEvents
{
    private static readonly Dictionary<BudgetMeasure, string> Measures = new()
    {
        [BudgetMeasure.Charge] = "charge",
        [BudgetMeasure.Cost] = "cost",
        [BudgetMeasure.Tokens] = "tokens",
        [BudgetMeasure.InputTokens] = "input_tokens",
        [BudgetMeasure.OutputTokens] = "output_tokens",
        [BudgetMeasure.Requests] = "requests",
        [BudgetMeasure.CostPerMillionTokens] = "cost_per_million_tokens",
        [BudgetMeasure.IdleShare] = "idle_share",
        [BudgetMeasure.Utilisation] = "utilisation",
    };

    public static object ToStored(this BudgetEvent happened) => happened switch
    {
        BudgetCreated e => new BudgetCreatedV1(e.Id.Value, ToStored(e.Terms), e.At, e.By),
        BudgetChanged e => new BudgetChangedV1(e.Id.Value, ToStored(e.Terms), e.At, e.By),
        BudgetClosed e => new BudgetClosedV1(e.Id.Value, e.At, e.By),
        ThresholdCrossed e => new ThresholdCrossedV1(
            AlertId.Of(e), e.Id.Value, e.Tenant.Value, ToStored(e.Measure), e.Period.From, e.Period.To, e.ThresholdPercent,
            e.Amount.Amount, e.Spend.Amount, e.Amount.Currency.Code, e.Suppressed, e.At, ToStored(e.Kind), e.Forecast, e.Cause),
        ThresholdRetracted e => new ThresholdRetractedV1(
            AlertId.Of(e), e.Id.Value, e.Tenant.Value, ToStored(e.Measure), e.Period.From, e.Period.To, e.ThresholdPercent,
            e.Amount.Amount, e.Spend.Amount, e.Amount.Currency.Code, e.Suppressed, e.At, ToStored(e.Kind)),
        ThresholdRecrossed e => new ThresholdRecrossedV1(
            AlertId.Of(e), e.Id.Value, e.Tenant.Value, ToStored(e.Measure), e.Period.From, e.Period.To, e.ThresholdPercent,
            e.Amount.Amount, e.Spend.Amount, e.Amount.Currency.Code, e.Suppressed, e.At, ToStored(e.Kind)),
        ThresholdRenotified e => new ThresholdRenotifiedV1(
            AlertId.Of(e), e.Id.Value, e.Tenant.Value, ToStored(e.Measure), e.Period.From, e.Period.To, e.ThresholdPercent,
            e.Amount.Amount, e.Spend.Amount, e.Amount.Currency.Code, e.Suppressed, e.At, e.Ordinal, ToStored(e.Kind)),
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
            e.RecordedAt)
        {
            Kind = ToThresholdKind(e.ThresholdKind),
            Forecast = e.Forecast,
            Cause = e.Cause,
        },
        ThresholdRetractedV1 e => new ThresholdRetracted(
            new BudgetId(e.BudgetId), new TenantId(e.Tenant), ToMeasure(e.Measure), new Window(e.PeriodStart, e.PeriodEnd),
            e.ThresholdPercent, new Money(e.Amount, new Currency(e.Currency)), new Money(e.Spend, new Currency(e.Currency)), e.Suppressed,
            e.RecordedAt)
        {
            Kind = ToThresholdKind(e.ThresholdKind),
        },
        ThresholdRecrossedV1 e => new ThresholdRecrossed(
            new BudgetId(e.BudgetId), new TenantId(e.Tenant), ToMeasure(e.Measure), new Window(e.PeriodStart, e.PeriodEnd),
            e.ThresholdPercent, new Money(e.Amount, new Currency(e.Currency)), new Money(e.Spend, new Currency(e.Currency)), e.Suppressed,
            e.RecordedAt)
        {
            Kind = ToThresholdKind(e.ThresholdKind),
        },
        ThresholdRenotifiedV1 e => new ThresholdRenotified(
            new BudgetId(e.BudgetId), new TenantId(e.Tenant), ToMeasure(e.Measure), new Window(e.PeriodStart, e.PeriodEnd),
            e.ThresholdPercent, new Money(e.Amount, new Currency(e.Currency)), new Money(e.Spend, new Currency(e.Currency)), e.Suppressed,
            e.RecordedAt, e.Ordinal)
        {
            Kind = ToThresholdKind(e.ThresholdKind),
        },
        _ => throw Unknown(stored),
    };

    private static StoredTermsV1 ToStored(BudgetTerms terms) => new(
        terms.Tenant.Value, ToStored(terms.Measure), terms.Amount.Amount, terms.Amount.Currency.Code, ToStored(terms.Period),
        [.. terms.Thresholds.Values], terms.WebhookUrl?.AbsoluteUri, terms.DeliverBackfilled,
        terms.Scope.IsEverything
            ? null
            : new StoredScopeV1([.. terms.Scope.Models], [.. terms.Scope.Fleets], [.. terms.Scope.Tags.Select(t => new StoredTagV1(t.Key, t.Value))]),
        terms.Kind == BudgetKind.Advisory ? null : terms.Kind.ToString().ToLowerInvariant(),
        terms.ThresholdAmounts.IsNone ? null : [.. terms.ThresholdAmounts.Values],
        terms.ForecastThresholds.IsNone ? null : [.. terms.ForecastThresholds.Values],
        terms.RolloverPercent == 0 ? null : terms.RolloverPercent,
        terms.Raise is { } raise ? new StoredRaiseV1(raise.By, raise.Until) : null,
        terms.Changes.Count == 0 ? null : [.. terms.Changes.Select(c => new StoredAmountV1(c.From, c.Amount))],
        terms.DriftThresholds.IsNone ? null : [.. terms.DriftThresholds.Values], terms.NoDataAfterHours,
        terms.RenotifyHours, terms.TargetThresholds.IsNone ? null : [.. terms.TargetThresholds.Values],
        terms.Anomaly?.ToString().ToLowerInvariant(),
        terms.WhenAway == WhenAway.Closed ? null : terms.WhenAway.ToString().ToLowerInvariant());

    private static BudgetTerms ToDomain(StoredTermsV1 stored) => new(
        new TenantId(stored.Tenant), ToMeasure(stored.Measure), new Money(stored.Amount, new Currency(stored.Currency)),
        ToDomain(stored.Period), stored.Thresholds.Length == 0 ? Thresholds.None : Ordered(Thresholds.Read(stored.Thresholds)),
        stored.WebhookUrl is null ? null : new Uri(stored.WebhookUrl), stored.DeliverBackfilled)
    {
        Scope = stored.Scope is { } scope
            ? new BudgetScope(scope.Models, scope.Fleets, scope.Tags.Select(t => (t.Key, t.Value)))
            : BudgetScope.Everything,
        Kind = stored.Kind is { } kind ? Enum.Parse<BudgetKind>(kind, ignoreCase: true) : BudgetKind.Advisory,
        WhenAway = stored.WhenAway is { } away ? Enum.Parse<WhenAway>(away, ignoreCase: true) : WhenAway.Closed,
        ThresholdAmounts = Ordered(Thresholds.ReadAmounts(stored.ThresholdAmounts, "thresholdAmounts")),
        ForecastThresholds = stored.ForecastThresholds is { } forecasts ? Ordered(Thresholds.Read(forecasts)) : Thresholds.None,
        DriftThresholds = stored.DriftThresholds is { } drifts ? Ordered(Thresholds.Read(drifts)) : Thresholds.None,
        NoDataAfterHours = stored.NoDataAfterHours,
        RenotifyHours = stored.RenotifyHours,
        Anomaly = stored.Anomaly is { } sensitivity ? Enum.Parse<AnomalySensitivity>(sensitivity, ignoreCase: true) : null,
        TargetThresholds = stored.TargetThresholds is { } targets ? Ordered(Thresholds.Read(targets)) : Thresholds.None,
        RolloverPercent = stored.RolloverPercent ?? 0,
        Raise = stored.Raise is { } raise ? new TemporaryRaise(raise.By, raise.Until) : null,
        Changes = AmountChanges.Of((stored.AmountChanges ?? []).Select(c => new AmountFrom(c.From, c.Amount))),
    };

    private static Thresholds Ordered((Thresholds? Thresholds, IReadOnlyList<Rejection> Flaws) read) =>
        read.Thresholds ?? throw new InvalidOperationException("A stored budget's thresholds are disordered.");

    private static StoredPeriodV1 ToStored(BudgetPeriod period) => period switch
    {
        BudgetPeriod.Monthly monthly => new StoredPeriodV1(monthly.TimeZone, monthly.First.ToString(), null, null, StartsAt: period.StartsAt),
        BudgetPeriod.Custom custom => new StoredPeriodV1(custom.TimeZone, null, custom.Window.From, custom.Window.To),
        BudgetPeriod.Recurring recurring => new StoredPeriodV1(
            recurring.TimeZone, null, null, null, recurring.Unit.ToString().ToLowerInvariant(), ToStored(recurring.First), StartsAt: period.StartsAt),
        BudgetPeriod.Rolling rolling => new StoredPeriodV1(rolling.TimeZone, null, null, null, RollingText, ToStored(rolling.First), rolling.Days),
        _ => throw Unknown(period),
    };

    private static BudgetPeriod ToDomain(StoredPeriodV1 stored) => stored switch
    {
        { Start: { } start, End: { } end } => new BudgetPeriod.Custom(new Window(start, end), stored.TimeZone),
        { Unit: RollingText } => new BudgetPeriod.Rolling(stored.Days!.Value, ToDate(stored.FirstDate!), stored.TimeZone),
        { Unit: { } unit } => new BudgetPeriod.Recurring(
            Enum.Parse<PeriodUnit>(unit, ignoreCase: true), ToDate(stored.FirstDate!), stored.TimeZone)
        { StartsAt = stored.StartsAt },
        _ when DateOnly.ParseExact(stored.FirstMonth!, "yyyy-MM", CultureInfo.InvariantCulture) is var first =>
            new BudgetPeriod.Monthly(new CalendarMonth(first.Year, first.Month), stored.TimeZone) { StartsAt = stored.StartsAt },
        _ => throw Unknown(stored),
    };

    private const string RollingText = "rolling";

    private static string ToStored(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly ToDate(string stored) => DateOnly.ParseExact(stored, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? ToStored(ThresholdKind kind) => kind == ThresholdKind.Percent ? null : kind.ToString().ToLowerInvariant();

    private static ThresholdKind ToThresholdKind(string? stored) =>
        stored is null ? ThresholdKind.Percent : Enum.Parse<ThresholdKind>(stored, ignoreCase: true);

    /// <summary>As <c>cost_per_million_tokens</c>.</summary>
    public static string ToStored(this BudgetMeasure measure) =>
        Measures.TryGetValue(measure, out var text) ? text : throw Unknown(measure);

    public static BudgetMeasure ToMeasure(string stored) =>
        Measures.FirstOrDefault(m => m.Value == stored) is { Value: not null } known ? known.Key : throw Unknown(stored);

    private static InvalidOperationException Unknown(object what) => new($"Nobody taught this version of us what {what} is.");
}
