using FinOps.Domain.Budgets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Budgets;

/// <summary>Given what happened, when a command comes, then this happens.</summary>
internal static class BudgetScenario
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static readonly BudgetId Id = new("acme-monthly");

    public static readonly Window November = MonthFrom(11);

    public static readonly Window December = MonthFrom(12);

    public static Budget Given(params BudgetEvent[] events) => events.Aggregate(Budget.None, BudgetDecider.Evolve);

    public static BudgetCreated Created(decimal amount = 500m, bool deliverBackfilled = false, params decimal[] thresholds) =>
        new(Id, Terms(amount, deliverBackfilled, thresholds), Now, "finance");

    public static BudgetTerms Terms(decimal amount = 500m, bool deliverBackfilled = false, params decimal[] thresholds) => new(
        new TenantId("acme"), BudgetMeasure.Charge, Usd(amount), new BudgetPeriod.Monthly(new CalendarMonth(2026, 11), "UTC"),
        thresholds.Length == 0 ? Thresholds.Usual : Thresholds.Read(thresholds).Thresholds!, null, deliverBackfilled);

    public static Money Usd(decimal amount) => new(amount, Currency.Usd);

    public static RecordSpend Spend(decimal amount, bool backfilled = false) => new(November, Usd(amount), Now, backfilled);

    /// <summary>Read after the crossings, so that it may take them back.</summary>
    public static RecordSpend Fell(decimal amount) => Spend(amount) with { MayTakeBack = true };

    public static DateOnly? DateInUtc(string zone, DateTimeOffset instant) =>
        zone == "UTC" ? DateOnly.FromDateTime(instant.UtcDateTime) : null;

    private static Window MonthFrom(int month)
    {
        var start = new DateTimeOffset(2026, month, 1, 0, 0, 0, TimeSpan.Zero);
        return new Window(start, start.AddMonths(1));
    }
}
