using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Alerts;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using GraphQL;
using Marten;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>A limit on a tenant's charge over a period, with the thresholds at which it alerts.</summary>
[Name("Budget")]
public sealed class BudgetView(BudgetId id, BudgetTerms terms, bool isClosed, string? webhookSecret = null)
{
    private Task<PeriodFigures>? figures;

    public string Id => id.Value;

    public string Tenant => terms.Tenant.Value;

    public BudgetMeasure Measure => terms.Measure;

    public decimal Amount => terms.Amount.Amount;

    public string Currency => terms.Amount.Currency.Code;

    /// <summary>Which of the tenant's usage counts.</summary>
    public BudgetScopeView Scope => new(terms.Scope.Models, terms.Scope.Fleets, [.. terms.Scope.Tags.Select(t => new TagView(t.Key, t.Value))]);

    /// <summary>What it does where it is exceeded.</summary>
    public BudgetKind Kind => terms.Kind;

    /// <summary>Of a HARD one: what gateways are answered while its books are away.</summary>
    public WhenAway? WhenAway => terms.Kind == BudgetKind.Hard ? terms.WhenAway : null;

    /// <summary>Percent of the limit.</summary>
    public IEnumerable<decimal> Thresholds => terms.Thresholds.Values;

    /// <summary>In the measure's own unit.</summary>
    public IEnumerable<decimal> ThresholdAmounts => terms.ThresholdAmounts.Values;

    /// <summary>Percent of the limit, of what the period is foreseen to come to.</summary>
    public IEnumerable<decimal> ForecastThresholds => terms.ForecastThresholds.Values;

    /// <summary>Percent by which the unit cost lies above its own past.</summary>
    public IEnumerable<decimal> DriftThresholds => terms.DriftThresholds.Values;

    /// <summary>Percent by which the unit cost lies above its target.</summary>
    public IEnumerable<decimal> TargetThresholds => terms.TargetThresholds.Values;

    /// <summary>After so many hours without a sign it alerts; null is never.</summary>
    public int? NoDataAfterHours => terms.NoDataAfterHours;

    /// <summary>An alert that stands is told again each so many hours of its period; null is never.</summary>
    public int? RenotifyHours => terms.RenotifyHours;

    /// <summary>At most this share of a period's amount goes into the next one where it was left over.</summary>
    public decimal RolloverPercent => terms.RolloverPercent;

    public BudgetRaiseView? Raise => terms.Raise is { } raise ? new BudgetRaiseView(raise.By, raise.Until) : null;

    /// <summary>Other amounts, for periods that start later.</summary>
    public IEnumerable<BudgetAmountView> AmountChanges => terms.Changes.Select(c => new BudgetAmountView(c.From, c.Amount));

    public bool DeliverBackfilled => terms.DeliverBackfilled;

    public bool Closed => isClosed;

    /// <summary>Where alerts are posted, beside the bus.</summary>
    public string? WebhookUrl => terms.WebhookUrl?.AbsoluteUri;

    /// <summary>Verifies the webhooks' signatures. Shown once: in the answer of the mutation that set it.</summary>
    public string? WebhookSecret => webhookSecret;

    /// <summary>The period that runs now, or the custom one.</summary>
    public BudgetPeriodView Period([FromServices] TimeProvider clock)
    {
        var window = Window(clock);
        return new BudgetPeriodView(window.From, window.To, terms.Period.TimeZone);
    }

    /// <summary>The last periods, the newest first: the one that runs and those before it.</summary>
    public async Task<IEnumerable<BudgetPeriodFiguresView>> Periods(
        int? last, [FromServices] NpgsqlDataSource database, [FromServices] TimeProvider clock, CancellationToken cancellation)
    {
        if (last is < 1 or > Limits.BudgetPeriodsShown)
            throw new RejectedException(new Rejection("periods_out_of_range", "last", $"1 to {Limits.BudgetPeriodsShown} periods are shown."));
        return await BudgetPeriodFiguresView.LastAsync(database, id, terms, last ?? Limits.BudgetPeriodsUsual, clock.GetUtcNow(), cancellation);
    }

    /// <summary>What the books say for the period, in the budget's currency, or in its measure's unit; null where a share of fleets is not known yet.</summary>
    public async Task<decimal?> Spend([FromServices] BudgetSpends spends, CancellationToken cancellation) =>
        (await FiguresAsync(spends, cancellation)).Known;

    /// <summary>What stands behind a share of fleets; null for other measures.</summary>
    public async Task<FleetShareView?> FleetShare([FromServices] BudgetSpends spends, CancellationToken cancellation) =>
        FleetShareView.Of((await FiguresAsync(spends, cancellation)).Share);

    /// <summary>The period's limit: the amount that holds for it, its share where it is not whole, what was rolled over, and a raise.</summary>
    public async Task<decimal> Limit([FromServices] BudgetSpends spends, CancellationToken cancellation) =>
        (await FiguresAsync(spends, cancellation)).Limit;

    /// <summary>Tokens of the period that no rate card priced in the budget's currency: not in the spend, and not zero either.</summary>
    public async Task<long> UnpricedTokens([FromServices] BudgetSpends spends, CancellationToken cancellation) =>
        (await FiguresAsync(spends, cancellation)).UnpricedTokens;

    /// <summary>What the period is foreseen to come to; null for a quotient.</summary>
    public async Task<BudgetForecastView?> Forecast([FromServices] BudgetSpends spends, [FromServices] TimeProvider clock, CancellationToken cancellation) =>
        terms.Measure.IsRatio()
            ? null
            : BudgetForecastView.Of(await spends.ForecastAsync(terms, Window(clock), await FiguresAsync(spends, cancellation), cancellation));

    /// <summary>Today beside what the budget's own past says; null where that was not chosen, or no day of the budget's runs.</summary>
    public async Task<BudgetAnomalyView?> Anomaly([FromServices] BudgetAnomalies anomalies, CancellationToken cancellation) =>
        (await anomalies.OfAsync(terms, [.. anomalies.Days(terms, since: null).Select(d => d.Date).TakeLast(1)], cancellation)) is [var today]
            ? BudgetAnomalyView.Of(terms.Anomaly!.Value, today)
            : null;

    /// <summary>How the unit cost of the last whole day moved against the week before and its target; null for a budget that has no unit cost.</summary>
    public async Task<UnitCostDriftView?> Drift([FromServices] BudgetSigns signs, CancellationToken cancellation) =>
        terms.Measure.IsOnCost() ? UnitCostDriftView.Of(await signs.DriftAsync(terms, cancellation)) : null;

    /// <summary>
    /// Per threshold that the period's usage reached: the record that took it there, in the order of event time, whenever it arrived. As the
    /// books say now: what was voided or amended since is not in it.
    /// </summary>
    public async Task<IReadOnlyList<ThresholdCrossingView>> CrossingsByEventTime(
        [FromServices] BudgetCrossings crossings, [FromServices] BudgetSpends spends, [FromServices] TimeProvider clock,
        CancellationToken cancellation)
    {
        var limit = (await FiguresAsync(spends, cancellation)).Limit;
        var thresholds = terms.Limits(limit).Where(t => t.Kind is ThresholdKind.Percent or ThresholdKind.Absolute).ToList();
        var found = await crossings.OfAsync(terms, Window(clock), [.. thresholds.Select(t => t.Limit)], cancellation);
        return [.. thresholds.Zip(found).Where(c => c.Second is not null).Select(c => ThresholdCrossingView.Of(c.First, limit, c.Second!))];
    }

    /// <summary>Who changed what and when, from its creation on.</summary>
    public Task<IReadOnlyList<BudgetAuditView>> Audit([FromServices] IDocumentStore store, CancellationToken cancellation) =>
        BudgetAudit.OfAsync(store, id, cancellation);

    /// <summary>Where alerts go beside the bus: the webhook and what the budget names.</summary>
    public async Task<IEnumerable<AlertChannelView>> Channels(
        [FromServices] AlertDestinations destinations, CancellationToken cancellation) => await destinations.ListAsync(id.Value, cancellation);

    /// <summary>When alerts wait.</summary>
    public Task<QuietHoursView?> QuietHours([FromServices] QuietHoursStore quietHours, CancellationToken cancellation) =>
        quietHours.ViewAsync(id.Value, cancellation);

    internal static BudgetView Of(Budget budget, string? webhookSecret = null) => budget switch
    {
        Budget.Open open => new BudgetView(open.Id, open.Terms, isClosed: false, webhookSecret),
        Budget.Closed closed => new BudgetView(closed.Id, closed.Terms, isClosed: true),
        _ => throw new InvalidOperationException("A listed budget has no stream."),
    };

    private Task<PeriodFigures> FiguresAsync(BudgetSpends spends, CancellationToken cancellation) => figures ??= spends.NowAsync(terms, cancellation);

    private Window Window(TimeProvider clock) => BudgetCalendar.Current(terms.Period, clock.GetUtcNow());
}

/// <summary>Start inclusive, end exclusive.</summary>
[Name("BudgetPeriod")]
public sealed record BudgetPeriodView(DateTimeOffset Start, DateTimeOffset End, string TimeZone);

/// <summary>Values of one list are alternatives, of several all must hold; an empty one is no condition.</summary>
[Name("BudgetScope")]
public sealed record BudgetScopeView(IReadOnlyList<string> Models, IReadOnlyList<string> Fleets, IReadOnlyList<TagView> Tags);

/// <summary>More for a while.</summary>
[Name("BudgetRaise")]
public sealed record BudgetRaiseView(decimal By, DateTimeOffset Until);

/// <summary>An amount of periods that start at or after an instant.</summary>
[Name("BudgetAmount")]
public sealed record BudgetAmountView(DateTimeOffset From, decimal Amount);

/// <summary>What a period is foreseen to come to: by weekday, from the last six weeks.</summary>
/// <param name="Total">At its end.</param>
/// <param name="BurnRatePerDay">The mean of the last week's whole days.</param>
/// <param name="ExceededOn">The first date, in the budget's zone, on which the limit is reached; null where it is not, within the period.</param>
/// <param name="BacktestDays">Past days that the same method was tried on, each by the days before it.</param>
/// <param name="BacktestErrorPercent">Σ |foreseen − actual| in percent of Σ actual over them; null where there are none, or nothing was used.</param>
[Name("BudgetForecast")]
public sealed record BudgetForecastView(decimal Total, decimal BurnRatePerDay, string? ExceededOn, int BacktestDays, decimal? BacktestErrorPercent)
{
    private const int Decimals = 12;

    internal static BudgetForecastView Of(Forecast forecast) => new(
        decimal.Round(forecast.Total, Decimals), decimal.Round(forecast.BurnRatePerDay, Decimals),
        forecast.ExceededOn?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), forecast.Backtest?.Days ?? 0,
        forecast.Backtest?.Percent);
}

/// <summary>The last whole day of the budget's zone against the seven before it, per million tokens.</summary>
/// <param name="Percent">Against the week before; null where one of the two is not known.</param>
/// <param name="PercentOfTarget">Against the target.</param>
/// <param name="Cause">In a sentence: what moved with it.</param>
/// <param name="TargetCause">In a sentence: the largest cause of the gap to its target.</param>
[Name("UnitCostDrift")]
public sealed record UnitCostDriftView(
    decimal? Before, decimal? Now, decimal? Target, decimal? IdleShareBefore, decimal? IdleShareNow, decimal? Percent, decimal? PercentOfTarget, string? Cause,
    string? TargetCause)
{
    private const int ShareDecimals = 12;

    internal static UnitCostDriftView Of(UnitCostDrift drift) => new(
        drift.Before.PerMillion, drift.Now.PerMillion, drift.Now.TargetPerMillion, Rounded(drift.Before.IdleShare), Rounded(drift.Now.IdleShare),
        drift.Percent, drift.PercentOfTarget, drift.Cause, drift.TargetCause);

    private static decimal? Rounded(decimal? share) => share is { } known ? decimal.Round(known, ShareDecimals) : null;
}

/// <summary>The record after which a period's measure was not below a threshold any more.</summary>
/// <param name="ThresholdPercent">Of the limit.</param>
/// <param name="ThresholdAmount">Where the threshold is an amount: which.</param>
[Name("ThresholdCrossing")]
public sealed record ThresholdCrossingView(
    decimal ThresholdPercent, decimal? ThresholdAmount, string Source, string Id, DateTimeOffset OccurredAt, decimal Cumulative)
{
    internal static ThresholdCrossingView Of((decimal Value, ThresholdKind Kind, decimal Limit) threshold, decimal limit, CrossingRecord record) => new(
        threshold.Kind == ThresholdKind.Absolute ? decimal.Round(threshold.Value * 100m / limit, Domain.Budgets.Thresholds.MaxDecimals) : threshold.Value,
        threshold.Kind == ThresholdKind.Absolute ? threshold.Value : null, record.Source, record.Id, record.OccurredAt, record.Cumulative);
}
