using System.Diagnostics;
using System.Globalization;

namespace FinOps.Domain.Budgets;

/// <summary>Why a message about a budget goes out, in a sentence for people.</summary>
public static class AlertCause
{
    public static string Of(PeriodEvent happened)
    {
        if (happened.Cause is { } known) return known;
        if (happened is ThresholdRenotified told)
            return FormattableString.Invariant($"It still stands, notice {told.Ordinal}: the period has {told.Spend.Amount:0.############################} of {told.Amount.Amount:0.########}.");
        if (happened.Kind is ThresholdKind.Silence)
            return happened is ThresholdRetracted ? "Usage comes again." : "No usage comes again, after it had come back.";
        if (happened.Kind is ThresholdKind.Drift)
            return happened is ThresholdRetracted ? "The unit cost lies near that of the week before again." : "The unit cost drifted again.";
        if (happened.Kind is ThresholdKind.Anomaly)
        {
            return happened is ThresholdRetracted
                ? FormattableString.Invariant($"The day comes to {happened.Spend.Amount:0.####} after a correction, which is not out of the ordinary.")
                : FormattableString.Invariant($"The day comes to {happened.Spend.Amount:0.####}, which is out of the ordinary again.");
        }

        if (happened.Kind is ThresholdKind.Target)
            return happened is ThresholdRetracted ? "The unit cost lies near its target again." : "The unit cost lies far above its target again.";
        if (happened is ThresholdCrossed { Forecast: { } foreseen })
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The period is foreseen to come to {foreseen:0.####} of {happened.Amount.Amount:0.########}; so far it has {happened.Spend.Amount:0.####}.");
        }

        var figures = string.Create(
            CultureInfo.InvariantCulture,
            $"{happened.Spend.Amount:0.############################} of {happened.Amount.Amount:0.########}, {Where(happened)} the threshold of {happened.Limit:0.##########}");
        return happened switch
        {
            ThresholdCrossed => $"The period has {figures}.",
            ThresholdRetracted when happened.Measure.IsRatio() => $"It has recovered: the period has {figures}.",
            ThresholdRetracted => $"What crossed it counts no longer, or the amount was raised: the period has {figures}.",
            ThresholdRecrossed => $"It was crossed again after it had been taken back: the period has {figures}.",
            _ => throw new UnreachableException(happened.GetType().Name),
        };
    }

    private static string Where(PeriodEvent happened) => (happened is ThresholdRetracted, happened.Measure == BudgetMeasure.Utilisation) switch
    {
        (true, false) => "below",
        (true, true) => "above",
        (false, false) => "at or above",
        (false, true) => "at or below",
    };
}
