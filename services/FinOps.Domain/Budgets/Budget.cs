using System.Collections.Immutable;
using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>A limit over a period and a scope, and what is known of its crossings.</summary>
public abstract record Budget
{
    public static readonly Budget None = new NonExisting();

    private Budget()
    {
    }

    public sealed record NonExisting : Budget;

    /// <param name="Id">The budget.</param>
    /// <param name="Terms">What it limits.</param>
    /// <param name="Crossed">Of those periods whose streams were folded; a shell folds a period's before it records its spend.</param>
    public sealed record Open(BudgetId Id, BudgetTerms Terms, ImmutableHashSet<Crossing> Crossed) : Budget
    {
        /// <summary>Of crossings that did not simply stay crossed and told: what became of them.</summary>
        public ImmutableDictionary<Crossing, CrossingLife> Lives { get; init; } = ImmutableDictionary<Crossing, CrossingLife>.Empty;

        /// <summary>How many events of a period were folded.</summary>
        public ImmutableDictionary<DateTimeOffset, int> Folded { get; init; } = ImmutableDictionary<DateTimeOffset, int>.Empty;

        public CrossingLife LifeOf(Crossing crossing) => Lives.GetValueOrDefault(crossing, CrossingLife.Crossed);

        /// <summary>Whether something of a period is to be told again by now.</summary>
        public bool IsReminderDue(Window period, DateTimeOffset now) => period.From <= now && now < period.To
            && Crossed.Any(c => c.PeriodStart == period.From && c.Kind != ThresholdKind.Anomaly && LifeOf(c).IsReminderDue(Terms, now));
    }

    /// <summary>Closed for good: it alerts no more, its alerts stay.</summary>
    public sealed record Closed(BudgetId Id, BudgetTerms Terms) : Budget;
}

/// <summary>What became of a crossing. Each kind of notice goes out at most once, so figures that sway do not spam.</summary>
/// <param name="IsRetracted">The measure lies below the threshold again.</param>
/// <param name="IsQuiet">The alert was listed only, so nothing that follows from it is delivered either.</param>
/// <param name="RetractionTold">A retraction went out.</param>
/// <param name="ReturnTold">A crossing after a retraction went out.</param>
public readonly record struct CrossingLife(bool IsRetracted, bool IsQuiet, bool RetractionTold, bool ReturnTold)
{
    public static readonly CrossingLife Crossed;

    /// <summary>Since when it stands: the crossing, or the last return.</summary>
    public DateTimeOffset StandsSince { get; init; }

    /// <summary>The last reminder.</summary>
    public DateTimeOffset RemindedAt { get; init; }

    /// <summary>How many went out.</summary>
    public int Reminders { get; init; }

    public bool IsReminderDue(BudgetTerms terms, DateTimeOffset now) =>
        terms.RenotifyHours is { } hours && !IsRetracted && !IsQuiet && Reminders < Budgets.Reminders.MostPerAlert
        && Budgets.Reminders.IsDue(StandsSince, RemindedAt, hours, now);
}

/// <summary>That a period's spend reached a threshold.</summary>
/// <param name="PeriodStart">Names the period.</param>
/// <param name="ThresholdPercent">Of the budget's amount; of another kind of threshold, its number.</param>
/// <param name="Kind">What the number is of.</param>
public readonly record struct Crossing(DateTimeOffset PeriodStart, decimal ThresholdPercent, ThresholdKind Kind = ThresholdKind.Percent);

/// <summary>What a budget limits. Valid by construction: <see cref="BudgetRules"/> makes it.</summary>
/// <param name="Tenant">The scope, in its first form: all usage of one tenant.</param>
/// <param name="Measure">What is counted.</param>
/// <param name="Amount">The limit of one period.</param>
/// <param name="Period">When counting starts again.</param>
/// <param name="Thresholds">Where it alerts.</param>
/// <param name="WebhookUrl">Where alerts go beside the bus.</param>
/// <param name="DeliverBackfilled">Whether crossings by records that were in before the budget said so are delivered too.</param>
public sealed record BudgetTerms(
    TenantId Tenant, BudgetMeasure Measure, Money Amount, BudgetPeriod Period, Thresholds Thresholds, Uri? WebhookUrl,
    bool DeliverBackfilled)
{
    /// <summary>Which of the tenant's usage counts.</summary>
    public BudgetScope Scope { get; init; } = BudgetScope.Everything;

    /// <summary>What it does where it is exceeded.</summary>
    public BudgetKind Kind { get; init; }

    /// <summary>Of a hard one; <see cref="Budgets.WhenAway.Closed"/> of all others, of which nobody asks.</summary>
    public WhenAway WhenAway { get; init; } = WhenAway.Closed;

    /// <summary>Where it alerts, in the measure's own unit.</summary>
    public Thresholds ThresholdAmounts { get; init; } = Thresholds.None;

    /// <summary>Where it alerts by what the period is foreseen to come to, in percent of its limit.</summary>
    public Thresholds ForecastThresholds { get; init; } = Thresholds.None;

    /// <summary>At most this share of a period's amount, where it was left over, is added to the next period; 0 is none.</summary>
    public decimal RolloverPercent { get; init; }

    /// <summary>More for a while; null is none.</summary>
    public TemporaryRaise? Raise { get; init; }

    /// <summary>Other amounts, for periods that start later.</summary>
    public AmountChanges Changes { get; init; } = AmountChanges.None;

    /// <summary>Where it alerts by how far the unit cost of the last whole day lies above that of the week before, in percent.</summary>
    public Thresholds DriftThresholds { get; init; } = Thresholds.None;

    /// <summary>Where it alerts by how far the unit cost of the last whole day lies above its target, in percent.</summary>
    public Thresholds TargetThresholds { get; init; } = Thresholds.None;

    /// <summary>After so many hours without usage, or a report of its fleets, it alerts; null is never.</summary>
    public int? NoDataAfterHours { get; init; }

    /// <summary>Whether a sweep looks at it although nothing was used.</summary>
    public bool IsWatched => AsksForSigns || Measure.IsOfFleets() || RenotifyHours is not null;

    /// <summary>Whether it waits for what nobody's usage tells.</summary>
    public bool AsksForSigns => NoDataAfterHours is not null || !DriftThresholds.IsNone || !TargetThresholds.IsNone;

    /// <summary>Whether it alerts of days that lie above its own past, and how soon; null is never.</summary>
    public AnomalySensitivity? Anomaly { get; init; }

    /// <summary>An alert that stands is told again each so many hours of its period; null is never.</summary>
    public int? RenotifyHours { get; init; }

    /// <summary>Each threshold with the limit at which it is crossed: percents of actuals, amounts, percents of the forecast, drift, drift off the target, silence; each ascending.</summary>
    /// <param name="amount">The period's limit.</param>
    public IEnumerable<(decimal Value, ThresholdKind Kind, decimal Limit)> Limits(decimal amount) =>
    [
        .. Thresholds.Values.Select(p => (p, ThresholdKind.Percent, BudgetRules.Limit(amount, p))),
        .. ThresholdAmounts.Values.Select(a => (a, ThresholdKind.Absolute, a)),
        .. ForecastThresholds.Values.Select(p => (p, ThresholdKind.Forecast, BudgetRules.Limit(amount, p))),
        .. DriftThresholds.Values.Select(p => (p, ThresholdKind.Drift, p)),
        .. TargetThresholds.Values.Select(p => (p, ThresholdKind.Target, p)),
        .. NoDataAfterHours is { } hours ? [((decimal)hours, ThresholdKind.Silence, (decimal)hours)] : Array.Empty<(decimal, ThresholdKind, decimal)>(),
    ];
}

/// <summary>What a budget does where it is exceeded.</summary>
public enum BudgetKind
{
    /// <summary>It tells.</summary>
    Advisory,

    /// <summary>It tells, and whoever asks before spending is warned.</summary>
    Soft,

    /// <summary>Whoever asks before spending is refused.</summary>
    Hard,
}

/// <summary>What a threshold is a number of.</summary>
public enum ThresholdKind
{
    /// <summary>Percent of the limit, reached by what is in the books.</summary>
    Percent,

    /// <summary>An amount in the measure's unit, reached by what is in the books.</summary>
    Absolute,

    /// <summary>Percent of the limit, reached by what the period is foreseen to come to.</summary>
    Forecast,

    /// <summary>Percent by which the unit cost lies above its own past.</summary>
    Drift,

    /// <summary>Hours without a sign.</summary>
    Silence,

    /// <summary>Percent by which the unit cost lies above its target.</summary>
    Target,

    /// <summary>Percent of the most that a day comes to by the budget's own past; its period is the day.</summary>
    Anomaly,
}

/// <summary>When a budget counts.</summary>
public abstract record BudgetPeriod
{
    private BudgetPeriod()
    {
    }

    /// <summary>An IANA zone.</summary>
    public abstract string TimeZone { get; init; }

    /// <summary>Of a first period that is not whole: where it starts, and from where usage counts. Null is with its calendar.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <returns>Whether it says the same but for when it starts.</returns>
    public bool IsAs(BudgetPeriod other) => (this, other) switch
    {
        (Monthly, Monthly) => TimeZone == other.TimeZone,
        (Recurring mine, Recurring theirs) => (mine.Unit, TimeZone) == (theirs.Unit, other.TimeZone),
        (Rolling mine, Rolling theirs) => (mine.Days, TimeZone) == (theirs.Days, other.TimeZone),
        _ => this == other,
    };

    /// <summary>Each calendar month of the zone, from a first one on.</summary>
    public sealed record Monthly(CalendarMonth First, string TimeZone) : BudgetPeriod;

    /// <summary>Each day, week or quarter of the zone, from the one on that starts with <paramref name="First"/>.</summary>
    public sealed record Recurring(PeriodUnit Unit, DateOnly First, string TimeZone) : BudgetPeriod;

    /// <summary>The last so many days of the zone: each day from the first one on ends a period.</summary>
    public sealed record Rolling(int Days, DateOnly First, string TimeZone) : BudgetPeriod;

    /// <summary>Once, over a stretch of time. The zone is for showing only.</summary>
    public sealed record Custom(Window Window, string TimeZone) : BudgetPeriod;
}

/// <summary>A month of some zone's calendar.</summary>
public readonly record struct CalendarMonth(int Year, int Month) : IComparable<CalendarMonth>
{
    public CalendarMonth Next => Month == 12 ? new CalendarMonth(Year + 1, 1) : this with { Month = Month + 1 };

    /// <summary>As 2026-03.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-{Month:00}");

    public int CompareTo(CalendarMonth other) => (Year, Month).CompareTo((other.Year, other.Month));

    public static bool operator <(CalendarMonth left, CalendarMonth right) => left.CompareTo(right) < 0;

    public static bool operator <=(CalendarMonth left, CalendarMonth right) => left.CompareTo(right) <= 0;

    public static bool operator >(CalendarMonth left, CalendarMonth right) => left.CompareTo(right) > 0;

    public static bool operator >=(CalendarMonth left, CalendarMonth right) => left.CompareTo(right) >= 0;
}

/// <summary>The date of a zone that holds an instant; null when there is no such zone. The shell knows the zones.</summary>
public delegate DateOnly? DateHolding(string timeZone, DateTimeOffset instant);
