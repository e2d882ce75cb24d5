using System.Collections.Immutable;
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
