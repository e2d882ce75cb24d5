using FinOps.Domain.Targets.Physics;

namespace FinOps.Domain.Targets.Calibration;

/// <summary>
/// Turns knobs until predictions are near measurements: Levenberg–Marquardt on the logarithms of both, where an outlier counts by its size and
/// not by its square (soft L1).
/// </summary>
public static class FitEfficiencies
{
    /// <summary>A logarithm of a ratio beyond this begins to count as an outlier.</summary>
    private const double OutlierBeyond = 0.12;

    /// <summary>A ratio of more than e² says that the row is something else.</summary>
    private const double MostResidual = 2;

    private const double Nudge = 1e-3;

    private const double SmallestGain = 1e-4;

    /// <param name="start">Where it begins.</param>
    /// <param name="knobs">What it may turn.</param>
    /// <param name="measured">All that it may know.</param>
    /// <param name="rounds">At most so many.</param>
    /// <param name="progress">Hears the loss after each round.</param>
    /// <param name="cancellation">Stops it between rounds.</param>
    public static FittedEfficiencies Of(
        Efficiencies start, IReadOnlyList<Knob> knobs, IReadOnlyList<Measurement> measured, int rounds, Action<double>? progress = null,
        CancellationToken cancellation = default)
    {
        var (state, damping) = (start, 1e-2);
        var residuals = Residuals(state, measured);
        var loss = Loss(state, knobs, residuals);
        var normal = new double[knobs.Count, knobs.Count];
        for (var round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            (normal, var gradient) = Normal(state, knobs, measured, residuals);
            var (before, stuck) = (loss, true);
            for (var attempt = 0; attempt < 8 && stuck; attempt++)
            {
                var moved = Moved(state, knobs, Linear.Solve(Damped(normal, damping), gradient));
                var movedResiduals = Residuals(moved, measured);
                var movedLoss = Loss(moved, knobs, movedResiduals);
                if (movedLoss < loss)
                {
                    (state, residuals, loss, stuck) = (moved, movedResiduals, movedLoss, false);
                    damping = Math.Max(1e-6, damping / 5);
                }
                else damping *= 4;
            }

            progress?.Invoke(loss);
            if (stuck || before - loss < SmallestGain * before) break;
        }

        return new FittedEfficiencies(state, loss, Errors(normal, residuals, knobs.Count));
    }

    private static double[] Residuals(Efficiencies state, IReadOnlyList<Measurement> measured)
    {
        var known = new Dictionary<(string, string), Efficiency>();
        var residuals = new double[measured.Count];
        for (var i = 0; i < residuals.Length; i++) residuals[i] = Residual(state, measured[i], known);
        return residuals;
    }

    private static double Residual(Efficiencies state, Measurement row, Dictionary<(string, string), Efficiency> known)
    {
        var key = (row.Engine, row.Accelerator.Generation);
        if (!known.TryGetValue(key, out var efficiency)) known[key] = efficiency = state.Of(key.Engine, key.Generation);
        return row.Predict(efficiency) is { } predicted
            ? Math.Clamp(Math.Log(predicted / row.OutputTokensPerSecond), -MostResidual, MostResidual)
            : -MostResidual;
    }

    private static double Loss(Efficiencies state, IReadOnlyList<Knob> knobs, double[] residuals) =>
        residuals.Sum(Soft) + knobs.Sum(k => k.Usually is { } usual ? Soft(k.HeldBy * Math.Log(k.Get(state) / usual)) : 0);

    private static double Soft(double residual)
    {
        var z = residual / OutlierBeyond;
        return 2 * (Math.Sqrt(1 + z * z) - 1);
    }

    private static double Weight(double residual)
    {
        var z = residual / OutlierBeyond;
        return 1 / Math.Sqrt(1 + z * z);
    }

    /// <returns>JᵀWJ and −JᵀWr, of logarithms of knobs.</returns>
    private static (double[,] Normal, double[] Gradient) Normal(
        Efficiencies state, IReadOnlyList<Knob> knobs, IReadOnlyList<Measurement> measured, double[] residuals)
    {
        var slopes = new double[knobs.Count][];
        for (var k = 0; k < slopes.Length; k++)
        {
            var (nudged, known) = (knobs[k].Set(state, knobs[k].Get(state) * Math.Exp(Nudge)), new Dictionary<(string, string), Efficiency>());
            slopes[k] = new double[residuals.Length];
            for (var i = 0; i < residuals.Length; i++)
            {
                if (knobs[k].Touches(measured[i])) slopes[k][i] = (Residual(nudged, measured[i], known) - residuals[i]) / Nudge;
            }
        }

        var weights = Array.ConvertAll(residuals, Weight);
        var normal = new double[knobs.Count, knobs.Count];
        var gradient = new double[knobs.Count];
        for (var a = 0; a < knobs.Count; a++)
        {
            for (var i = 0; i < residuals.Length; i++) gradient[a] -= weights[i] * slopes[a][i] * residuals[i];
            for (var b = 0; b <= a; b++)
            {
                var sum = 0.0;
                for (var i = 0; i < residuals.Length; i++) sum += weights[i] * slopes[a][i] * slopes[b][i];
                normal[a, b] = normal[b, a] = sum;
            }

            if (knobs[a].Usually is not { } usual) continue;
            var by = knobs[a].HeldBy;
            var held = by * Math.Log(knobs[a].Get(state) / usual);
            gradient[a] -= Weight(held) * by * held;
            normal[a, a] += Weight(held) * by * by;
        }

        return (normal, gradient);
    }

    private static double[,] Damped(double[,] normal, double damping)
    {
        var damped = (double[,])normal.Clone();
        for (var i = 0; i < normal.GetLength(0); i++) damped[i, i] += damping * (normal[i, i] + 1e-3);
        return damped;
    }

    private static Efficiencies Moved(Efficiencies state, IReadOnlyList<Knob> knobs, double[] steps)
    {
        for (var k = 0; k < steps.Length; k++)
            state = knobs[k].Set(state, Math.Clamp(knobs[k].Get(state) * Math.Exp(Math.Clamp(steps[k], -0.7, 0.7)), knobs[k].Least, knobs[k].Most));
        return state;
    }

    /// <summary>Of the logarithm of each knob: from how steeply the loss rises around the fit, at the spread that is left.</summary>
    private static double[] Errors(double[,] normal, double[] residuals, int knobs)
    {
        var spread = residuals.Sum(r => Weight(r) * r * r) / Math.Max(1, residuals.Length - knobs);
        var errors = new double[knobs];
        for (var k = 0; k < knobs; k++)
        {
            var unit = new double[knobs];
            unit[k] = 1;
            errors[k] = Math.Sqrt(Math.Max(0, spread * Linear.Solve(Damped(normal, 1e-9), unit)[k]));
        }

        return errors;
    }
}

/// <param name="Efficiencies">As fitted.</param>
/// <param name="Loss">What is left.</param>
/// <param name="RelativeErrors">One standard error of each knob, as a share of its value.</param>
public sealed record FittedEfficiencies(Efficiencies Efficiencies, double Loss, IReadOnlyList<double> RelativeErrors);
