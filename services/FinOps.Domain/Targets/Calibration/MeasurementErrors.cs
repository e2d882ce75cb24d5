namespace FinOps.Domain.Targets.Calibration;

/// <summary>A measurement beside what the model says.</summary>
/// <param name="Measured">The measurement.</param>
/// <param name="Predicted">Output tokens per second; null where the model says that it does not fit.</param>
public sealed record Prediction(Measurement Measured, double? Predicted)
{
    /// <summary>Of output tokens per second, and so of cost per token at a known price, as a share. What does not fit is all wrong.</summary>
    public double AbsoluteError => Predicted is { } known ? Math.Abs(known / Measured.OutputTokensPerSecond - 1) : 1;

    public double? Ratio => Predicted / Measured.OutputTokensPerSecond;
}

/// <summary>How far predictions are from measurements, as shares.</summary>
/// <param name="Count">Rows.</param>
/// <param name="Median">Absolute error.</param>
/// <param name="Mean">Absolute error.</param>
/// <param name="WithinFifth">The share of rows with an error of at most 20 %.</param>
/// <param name="MedianRatio">Predicted to measured: below 1 the model says too little.</param>
public sealed record MeasurementErrors(int Count, double Median, double Mean, double WithinFifth, double MedianRatio)
{
    private const double Fifth = 0.2;

    public static MeasurementErrors Of(IReadOnlyCollection<Prediction> predictions) => new(
        predictions.Count, Middle(predictions.Select(p => p.AbsoluteError)), predictions.Average(p => p.AbsoluteError),
        (double)predictions.Count(p => p.AbsoluteError <= Fifth) / predictions.Count, Middle(predictions.Select(p => p.Ratio ?? 0)));

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
