using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Targets.Calibration;

/// <summary>
/// Fits the factors of one engine, or of one fleet's way of running it, to its own measurements: speed as a whole, the time to launch layers,
/// the time per sequence. Facts of chips and models, and what holds for all engines, stay as they are.
/// </summary>
public static class CalibrateEngine
{
    private const int Rounds = 40;

    /// <summary>Few measurements of one's own say more than the guess they start from.</summary>
    private const double HeldBy = 0.3;

    /// <summary>Parts of which each is predicted by a fit to the others.</summary>
    private const int Folds = 5;

    /// <param name="facts">All that is known.</param>
    /// <param name="basis">The engine whose factors it starts from; one without any starts from the usual.</param>
    /// <param name="name">Key of the new row.</param>
    /// <param name="measured">Its measurements.</param>
    /// <param name="cancellation">Stops it.</param>
    public static CalibratedEngine Of(
        TargetFacts facts, string basis, string name, IReadOnlyList<Measurement> measured, CancellationToken cancellation = default)
    {
        var start = facts.Efficiencies.With(facts.Efficiencies.Row(basis, null) with { Engine = name });
        var own = measured.Select(m => m with { Engine = name }).ToList();
        var knobs = Knob.OfEngine(name).Select(k => k with { Usually = k.Get(start), HeldBy = HeldBy }).ToList();
        var fitted = FitEfficiencies.Of(start, knobs, own, Rounds, null, cancellation);
        var factors = knobs.Zip(fitted.RelativeErrors, (k, error) => new CalibratedFactor(k.Name[(k.Name.LastIndexOf('.') + 1)..], k.Get(start), k.Get(fitted.Efficiencies), error)).ToList();
        return new CalibratedEngine(
            fitted.Efficiencies.Row(name, null), factors, Errors(start, own), Errors(fitted.Efficiencies, own),
            own.Count < 2 * Folds ? null : Unseen(start, knobs, own, cancellation));
    }

    private static MeasurementErrors Errors(Efficiencies efficiencies, IReadOnlyList<Measurement> measured) =>
        MeasurementErrors.Of([.. Predictions(efficiencies, measured)]);

    private static IEnumerable<Prediction> Predictions(Efficiencies efficiencies, IEnumerable<Measurement> measured) =>
        measured.Select(m => new Prediction(m, m.Predict(efficiencies.Of(m.Engine, m.Accelerator.Generation))));

    private static MeasurementErrors Unseen(Efficiencies start, List<Knob> knobs, List<Measurement> own, CancellationToken cancellation) => MeasurementErrors.Of(
    [
        .. Enumerable.Range(0, Folds).SelectMany(fold =>
        {
            var seen = own.Where((_, i) => i % Folds != fold).ToList();
            return Predictions(FitEfficiencies.Of(start, knobs, seen, Rounds, null, cancellation).Efficiencies, own.Where((_, i) => i % Folds == fold));
        }),
    ]);
}

/// <param name="Factors">The row that the measurements ask for.</param>
/// <param name="Each">How each came about.</param>
/// <param name="Before">Errors with the factors it started from.</param>
/// <param name="After">Errors with the new ones.</param>
/// <param name="Unseen">Errors of rows that the fit had not seen, a fifth at a time; null with fewer than ten rows.</param>
public sealed record CalibratedEngine(
    EngineFactors Factors, IReadOnlyList<CalibratedFactor> Each, MeasurementErrors Before, MeasurementErrors After, MeasurementErrors? Unseen);

/// <param name="Name">Of the factor.</param>
/// <param name="Before">What it started from.</param>
/// <param name="Value">As fitted.</param>
/// <param name="RelativeError">One standard error, as a share of the value: large where the measurements cannot tell.</param>
public sealed record CalibratedFactor(string Name, double Before, double Value, double RelativeError);
