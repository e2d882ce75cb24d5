using FinOps.Domain.Budgets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>What a period of a budget has come to, by the books, and what its limit is.</summary>
/// <param name="Spend">The measure.</param>
/// <param name="UnpricedTokens">Of a charge: tokens that no card priced in its currency.</param>
/// <param name="Limit">The amount with what was rolled over, raised, prorated or dated.</param>
public sealed record PeriodFigures(decimal Spend, long UnpricedTokens, decimal Limit)
{
    /// <summary>Of a share of fleets: what stands behind it.</summary>
    public FleetShare? Share { get; init; }

    /// <summary>The measure; null where a share is not known yet.</summary>
    public decimal? Known => Share is { IdleShare: null } ? null : Spend;
}

/// <summary>
/// The one place that says what a budget's measure is now: from the buckets and the books with the figures that reports tell. For whoever
/// asks, be it an evaluation, a graph or a gate.
/// </summary>
public sealed class BudgetSpends(LiveBooks books, SumUnitCost sum, TenantCharges charges, BudgetSigns signs, FleetShares shares, TimeProvider clock)
{
    /// <summary>The figures of the period that runs now.</summary>
    public Task<PeriodFigures> NowAsync(BudgetTerms terms, CancellationToken cancellation) =>
        OfAsync(terms, BudgetCalendar.Current(terms.Period, clock.GetUtcNow()), new SpendsRead(), cancellation);

    /// <param name="terms">The budget's.</param>
    /// <param name="period">One of its periods.</param>
    /// <param name="read">What was read already; budgets of one tenant mostly share their scope and periods.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<PeriodFigures> OfAsync(BudgetTerms terms, Window period, SpendsRead read, CancellationToken cancellation)
    {
        if (terms.Measure.IsOfFleets())
        {
            var share = await ShareAsync(terms, period, read, cancellation);
            return new PeriodFigures(share.Of(terms.Measure) ?? 0, 0, await LimitAsync(terms, period, read, cancellation)) { Share = share };
        }

        var (spend, unpriced) = await SpendAsync(terms, period, read, cancellation);
        return new PeriodFigures(spend, unpriced, await LimitAsync(terms, period, read, cancellation));
    }

    /// <returns>The UTC days whose figures may have changed with these.</returns>
    internal async Task<IReadOnlyCollection<int>> ReachedAsync(IReadOnlyCollection<int> days, SpendsRead read, CancellationToken cancellation) =>
        days.Count == 0 ? days : TenantCharges.Reached(days, (await BooksAsync(read, cancellation)).Rates);

    /// <summary>The command that decides on a period, with all that its terms ask for.</summary>
    /// <param name="terms">The budget's.</param>
    /// <param name="period">One of its periods.</param>
    /// <param name="withForecast">Also what is foreseen, and signs, where the terms ask for them and the period runs.</param>
    /// <param name="read">What was read already.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<RecordSpend> ToRecordAsync(
        BudgetTerms terms, Window period, bool withForecast, SpendsRead read, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var figures = await OfAsync(terms, period, read, cancellation);
        var isSwept = withForecast && period.From <= now && now < period.To;
        var asksDrift = !terms.DriftThresholds.IsNone || !terms.TargetThresholds.IsNone || terms.Measure == BudgetMeasure.CostPerMillionTokens;
        var dayBefore = terms.Period is BudgetPeriod.Rolling ? BudgetCalendar.Before(terms.Period, period) : null;
        return new RecordSpend(period, new Money(figures.Spend, terms.Amount.Currency), now, Backfilled: false)
        {
            Limit = figures.Limit,
            Share = figures.Share,
            MayRemind = isSwept,
            DayBefore = dayBefore is { } before ? await DecidableAsync(terms, before, read, cancellation) : null,
            Forecast = isSwept && !terms.ForecastThresholds.IsNone ? (await ForecastAsync(terms, period, figures, cancellation)).Total : null,
            Drift = isSwept && asksDrift ? await signs.DriftAsync(terms, cancellation) : null,
            SilentHours = isSwept && terms.NoDataAfterHours is not null ? await signs.SilentHoursAsync(terms, period, cancellation) : null,
        };
    }

    /// <returns>What a period came to, as far as it decides; null of a share of too few hours.</returns>
    private async Task<decimal?> DecidableAsync(BudgetTerms terms, Window period, SpendsRead read, CancellationToken cancellation) =>
        !terms.Measure.IsOfFleets() ? (await SpendAsync(terms, period, read, cancellation)).Spend
        : await ShareAsync(terms, period, read, cancellation) is { IsEnough: true } share ? share.Of(terms.Measure)
        : null;

    /// <summary>What the period is foreseen to come to.</summary>
    internal async Task<Forecast> ForecastAsync(BudgetTerms terms, Window period, PeriodFigures figures, CancellationToken cancellation)
    {
        var (now, zone) = (clock.GetUtcNow(), terms.Period.TimeZone);
        var today = BudgetCalendar.DateIn(zone, now);
        var known = new Window(BudgetCalendar.StartIn(zone, today.AddDays(-Forecasting.DaysKnown)), BudgetCalendar.StartIn(zone, today));
        var past = await DaysAsync(terms, known, cancellation);
        var elapsed = now <= period.From ? 0 : now >= period.To ? 1 : (decimal)(now - period.From).Ticks / (period.To - period.From).Ticks;
        return Forecasting.Of(past, figures.Spend, elapsed, Ahead(zone, period, now), figures.Limit);
    }

    /// <returns>Each day from the first one with usage on.</returns>
    internal async Task<IReadOnlyList<DayAmount>> DaysAsync(BudgetTerms terms, Window window, CancellationToken cancellation)
    {
        var question = BudgetQuestion.Of(terms, window, clock.GetUtcNow(), Dimension.Day);
        var rows = (await sum.RunAsync(question, cancellation)).Rows.ToLookup(r => r.Key.Bucket, r => terms.Measure.Of(r.Cell));
        return [.. Enumerable.Range(0, question.Buckets.Count).SkipWhile(bucket => !rows.Contains(bucket)).Select(bucket => new DayAmount(
            BudgetCalendar.DateIn(terms.Period.TimeZone, question.Buckets.StartOf(bucket).Start), rows[bucket].Sum()))];
    }

    private static List<DayAhead> Ahead(string zone, Window period, DateTimeOffset now)
    {
        var days = new List<DayAhead>();
        for (var (date, from) = (BudgetCalendar.DateIn(zone, now < period.From ? period.From : now), now < period.From ? period.From : now);
             from < period.To;
             date = date.AddDays(1), from = BudgetCalendar.StartIn(zone, date))
        {
            var (start, end) = (BudgetCalendar.StartIn(zone, date), BudgetCalendar.StartIn(zone, date.AddDays(1)));
            var until = end < period.To ? end : period.To;
            days.Add(new DayAhead(date, (decimal)(until - from).Ticks / (end - start).Ticks));
        }

        return days;
    }

    internal Task<decimal> LimitAsync(BudgetTerms terms, Window period, SpendsRead read, CancellationToken cancellation) =>
        LimitAsync(terms, period, async last => (await SpendAsync(terms, last, read, cancellation)).Spend);

    /// <summary>The period's limit: what is rolled over needs what the period before came to, the rest only the terms.</summary>
    private async Task<decimal> LimitAsync(BudgetTerms terms, Window period, Func<Window, Task<decimal>> spendOf)
    {
        var own = PeriodAmount.Own(terms, period, BudgetCalendar.WholeOf(terms.Period, period));
        PeriodBefore? before = null;
        if (terms.RolloverPercent > 0 && BudgetCalendar.Before(terms.Period, period) is { } last)
        {
            before = new PeriodBefore(
                PeriodAmount.Own(terms, last, BudgetCalendar.WholeOf(terms.Period, last)), await spendOf(last));
        }

        return PeriodAmount.Of(terms, period, own, before, clock.GetUtcNow());
    }

    private async Task<(decimal Spend, long Unpriced)> SpendAsync(
        BudgetTerms terms, Window period, SpendsRead read, CancellationToken cancellation)
    {
        var key = new SpendKey(terms.Tenant, period, terms.Measure, terms.Amount.Currency, terms.Scope);
        if (read.TryGetValue(key, out var known)) return known;
        return read[key] = await ReadAsync(terms, period, read, cancellation);
    }

    private async Task<FleetShare> ShareAsync(BudgetTerms terms, Window period, SpendsRead read, CancellationToken cancellation)
    {
        var key = (terms.Tenant, period, terms.Scope);
        if (read.Shares.TryGetValue(key, out var known)) return known;
        return read.Shares[key] = await shares.OfAsync(terms, period, cancellation);
    }

    private async Task<(decimal Spend, long Unpriced)> ReadAsync(
        BudgetTerms terms, Window period, SpendsRead read, CancellationToken cancellation)
    {
        if (terms is { Measure: BudgetMeasure.Charge, Scope.IsEverything: true })
        {
            // The quick way to the same figure: the database sums per price.
            var charge = await charges.ChargeAsync(terms.Tenant, period, terms.Amount.Currency, await BooksAsync(read, cancellation), cancellation);
            return (charge.Charge.Amount, charge.UnpricedTokens);
        }

        var total = (await sum.RunAsync(BudgetQuestion.Of(terms, period, clock.GetUtcNow()), cancellation)).Total;
        return (terms.Measure.Of(total), terms.Measure == BudgetMeasure.Charge ? total.UnpricedTokens : 0);
    }

    private async Task<Books> BooksAsync(SpendsRead read, CancellationToken cancellation) => read.Books ??= await books.NowAsync(cancellation);

    /// <summary>By one connection alone, however many gates wake at once.</summary>
    /// <param name="terms">Of a budget whose measure can be held (<see cref="HardRules.CanBeHeld"/>).</param>
    /// <param name="period">One of its periods.</param>
    /// <param name="now">The rates.</param>
    /// <param name="connection">In a transaction whose snapshot is the usage that counts: a gate reads more of the same moment.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<(decimal Spend, decimal Limit)> InAsync(
        BudgetTerms terms, Window period, Books now, NpgsqlConnection connection, CancellationToken cancellation) =>
        (await SpendAsync(terms, period, now, connection, cancellation),
            await LimitAsync(terms, period, last => SpendAsync(terms, last, now, connection, cancellation)));

    private async Task<decimal> SpendAsync(BudgetTerms terms, Window period, Books now, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (terms is { Measure: BudgetMeasure.Charge, Scope.IsEverything: true })
            return (await charges.ChargeAsync(terms.Tenant, period, terms.Amount.Currency, now, connection, cancellation)).Charge.Amount;
        var question = BudgetQuestion.Of(terms, period, clock.GetUtcNow());
        var reading = await ReadUnitCost.OfAsync(connection, question, now, cancellation);
        return terms.Measure.Of((await reading.SumAsync(connection, question, now, asOf: null, cancellation)).Total);
    }
}

/// <summary>What a figure is of.</summary>
internal readonly record struct SpendKey(TenantId Tenant, Window Period, BudgetMeasure Measure, Currency Currency, BudgetScope Scope);

/// <summary>Figures that were read in one turn, so that each is asked for once.</summary>
internal sealed class SpendsRead : Dictionary<SpendKey, (decimal Spend, long Unpriced)>
{
    /// <summary>The rates, likewise; null until they are asked for.</summary>
    public Books? Books { get; set; }

    /// <summary>Shares of fleets, likewise.</summary>
    public Dictionary<(TenantId Tenant, Window Period, BudgetScope Scope), FleetShare> Shares { get; } = [];

    /// <summary>What is asked from now on is read anew.</summary>
    public void Forget()
    {
        Clear();
        Shares.Clear();
        Books = null;
    }
}
