using System.Globalization;

namespace FinOps.Domain.Budgets;

/// <summary>One difference between two versions of a budget's terms.</summary>
/// <param name="Field">As inputs call it.</param>
/// <param name="Before">Null where there was nothing.</param>
/// <param name="After">Null where there is nothing any more.</param>
public sealed record TermsChange(string Field, string? Before, string? After)
{
    /// <param name="before">Null of a new budget: everything that it says is a change.</param>
    /// <param name="after">What holds now.</param>
    public static IReadOnlyList<TermsChange> Between(BudgetTerms? before, BudgetTerms after) =>
        [.. Said(after).Zip(before is null ? Said(after).Select(s => (s.Field, Text: (string?)null)) : Said(before))
            .Where(pair => pair.First.Text != pair.Second.Text)
            .Select(pair => new TermsChange(pair.First.Field, pair.Second.Text, pair.First.Text))];

    private static IEnumerable<(string Field, string? Text)> Said(BudgetTerms terms) =>
    [
        ("tenant", terms.Tenant.Value), ("scope", terms.Scope.ToString()), ("measure", terms.Measure.ToString()), ("kind", terms.Kind.ToString()),
        ("whenAway", terms.Kind == BudgetKind.Hard ? terms.WhenAway.ToString() : null),
        ("amount", Number(terms.Amount.Amount)), ("currency", terms.Amount.Currency.Code), ("period", Period(terms.Period)),
        ("thresholds", terms.Thresholds.ToString()), ("thresholdAmounts", terms.ThresholdAmounts.ToString()),
        ("forecastThresholds", terms.ForecastThresholds.ToString()),
        ("driftThresholds", terms.DriftThresholds.IsNone ? null : terms.DriftThresholds.ToString()),
        ("targetThresholds", terms.TargetThresholds.IsNone ? null : terms.TargetThresholds.ToString()),
        ("anomaly", terms.Anomaly?.ToString()),
        ("noDataAfterHours", terms.NoDataAfterHours?.ToString(CultureInfo.InvariantCulture)),
        ("renotifyHours", terms.RenotifyHours?.ToString(CultureInfo.InvariantCulture)),
        ("rolloverPercent", terms.RolloverPercent == 0 ? null : Number(terms.RolloverPercent)),
        ("raise", terms.Raise is { } raise ? $"{Number(raise.By)} until {Instant(raise.Until)}" : null),
        ("amountChanges", terms.Changes.Count == 0 ? null : string.Join("; ", terms.Changes.Select(c => $"{Number(c.Amount)} from {Instant(c.From)}"))),
        ("webhook.url", terms.WebhookUrl?.AbsoluteUri), ("deliverBackfilled", terms.DeliverBackfilled ? "true" : null),
    ];

    private static string Period(BudgetPeriod period)
    {
        var what = period switch
        {
            BudgetPeriod.Monthly monthly => $"month from {monthly.First}",
            BudgetPeriod.Recurring recurring => string.Create(CultureInfo.InvariantCulture, $"{recurring.Unit} from {recurring.First:yyyy-MM-dd}"),
            BudgetPeriod.Rolling rolling => string.Create(CultureInfo.InvariantCulture, $"{rolling.Days} days rolling from {rolling.First:yyyy-MM-dd}"),
            BudgetPeriod.Custom custom => $"{Instant(custom.Window.From)} to {Instant(custom.Window.To)}",
            _ => throw new System.Diagnostics.UnreachableException(period.GetType().Name),
        };
        return period.StartsAt is { } start ? $"{what}, {period.TimeZone}, starting {Instant(start)}" : $"{what}, {period.TimeZone}";
    }

    private static string Number(decimal number) => number.ToString("0.############", CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
