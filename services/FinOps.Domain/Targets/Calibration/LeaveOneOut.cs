using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Targets.Calibration;

/// <summary>
/// Predicts each accelerator's (or model's) measurements by a fit that never saw them: the honest figure for chips and models that nobody has
/// measured yet. Each fit begins with the values of <see cref="Efficiency"/>'s definition, not with fitted ones.
/// </summary>
public static class LeaveOneOut
{
    /// <param name="measured">All.</param>
    /// <param name="by">What is left out at once.</param>
    /// <param name="rounds">Of each fit.</param>
    /// <param name="progress">Hears what was left out, and its errors.</param>
    /// <param name="cancellation">Stops it.</param>
    public static IReadOnlyList<Prediction> Of(
        IReadOnlyList<Measurement> measured, Func<Measurement, string> by, int rounds,
        Action<string, MeasurementErrors>? progress = null, CancellationToken cancellation = default)
    {
        var predictions = new List<Prediction>();
        foreach (var left in measured.GroupBy(by).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var seen = measured.Where(m => by(m) != left.Key).ToList();
            var fitted = FitEfficiencies.Of(new Efficiencies(new Efficiency(), []), Knobs(seen), seen, rounds, null, cancellation).Efficiencies;
            var held = left.Select(m => new Prediction(m, m.Predict(fitted.Of(m.Engine, m.Accelerator.Generation)))).ToList();
            progress?.Invoke(left.Key, MeasurementErrors.Of(held));
            predictions.AddRange(held);
        }

        return predictions;
    }

    /// <summary>All that the measurements can say something of. The engine and the generation measured most are the usual ones.</summary>
    public static IReadOnlyList<Knob> Knobs(IReadOnlyList<Measurement> measured)
    {
        var usualGeneration = measured.CountBy(m => m.Accelerator.Generation).MaxBy(g => g.Value).Key;
        return
        [
            .. Knob.Usuals,
            .. measured.Select(m => m.Engine).Distinct().Order(StringComparer.Ordinal).SelectMany(Knob.OfEngine),
            .. measured.Select(m => m.Accelerator.Generation).Distinct().Where(g => g != usualGeneration).Order(StringComparer.Ordinal).SelectMany(Knob.OfGeneration),
        ];
    }
}
