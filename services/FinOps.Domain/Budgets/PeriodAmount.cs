using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>From when on a period that starts has another amount.</summary>
public sealed record AmountFrom(DateTimeOffset From, decimal Amount);

/// <summary>More for a while.</summary>
/// <param name="By">Added to the amount of whatever period runs.</param>
/// <param name="Until">From then on no longer.</param>
public sealed record TemporaryRaise(decimal By, DateTimeOffset Until);

/// <summary>What a period had over, for the next one.</summary>
/// <param name="Amount">Of the period before, without what it had from its own predecessor: what is saved serves once.</param>
/// <param name="Spend">Its measure.</param>
public readonly record struct PeriodBefore(decimal Amount, decimal Spend);

/// <summary>The limit of one period: what the terms come to then.</summary>
public static class PeriodAmount
{
    /// <summary>The amount, by the date on which the period starts; of a first period that is not whole, its share of it, but for a quotient.</summary>
    /// <param name="terms">The budget's.</param>
    /// <param name="period">Which.</param>
    /// <param name="whole">The calendar's period that it is, or is a part of.</param>
    public static decimal Own(BudgetTerms terms, Window period, Window whole)
    {
        var amount = terms.Changes.LastOrDefault(c => c.From <= period.From)?.Amount ?? terms.Amount.Amount;
        if (period == whole || terms.Measure.IsRatio()) return amount;
        var share = (decimal)(period.To - period.From).Ticks / (whole.To - whole.From).Ticks;
        return decimal.Round(amount * share, BudgetRules.MaxDecimals);
    }

    /// <param name="terms">The budget's.</param>
    /// <param name="period">Which.</param>
    /// <param name="own">Its <see cref="Own"/>.</param>
    /// <param name="before">The period before it, where the budget counted then already.</param>
    /// <param name="now">When it is asked.</param>
    public static decimal Of(BudgetTerms terms, Window period, decimal own, PeriodBefore? before, DateTimeOffset now)
    {
        var rolled = terms.RolloverPercent > 0 && before is { } last
            ? Math.Min(Math.Max(0, last.Amount - last.Spend), BudgetRules.Limit(last.Amount, terms.RolloverPercent))
            : 0;
        var raised = terms.Raise is { } raise && now < raise.Until && period.From < raise.Until && period.To > now ? raise.By : 0;
        return own + rolled + raised;
    }
}
