using System.Globalization;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>What docs/budgets.md derives by hand is what the code derives.</summary>
public sealed class BudgetsPageTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    private static readonly Window Whole = new(Now.AddDays(-10), Now.AddDays(20));

    [Fact]
    public void Each_limit_of_the_table_is_the_one_that_the_terms_come_to()
    {
        var rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "budgets.md"))
            .SkipWhile(line => !line.StartsWith("| amount | the first", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();

        Assert.Equal(5, rows.Count);
        Assert.All(rows, row => Assert.Equal(Number(row[5]), LimitOf(Number(row[0]), Number(row[1]), Number(row[2]), Number(row[3]), Number(row[4]))));
    }

    private static decimal LimitOf(decimal amount, decimal share, decimal left, decimal rollover, decimal raise)
    {
        var terms = new BudgetTerms(
            new TenantId("acme"), BudgetMeasure.Charge, new Money(amount, Currency.Usd), new BudgetPeriod.Monthly(new CalendarMonth(2026, 11), "UTC"),
            Thresholds.Usual, null, false)
        {
            RolloverPercent = rollover,
            Raise = raise == 0 ? null : new TemporaryRaise(raise, Now.AddDays(1)),
        };
        var period = share == 1 ? Whole : new Window(Whole.To.AddDays(-(int)decimal.Round(share * 30)), Whole.To);
        return PeriodAmount.Of(terms, period, PeriodAmount.Own(terms, period, Whole), left == 0 ? null : new PeriodBefore(amount, amount - left), Now);
    }

    private static decimal Number(string text) => text.Split('/') is [var part, var of]
        ? Number(part) / Number(of)
        : decimal.Parse(text, CultureInfo.InvariantCulture);
}
