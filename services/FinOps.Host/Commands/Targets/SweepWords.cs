using FinOps.Domain.Targets.Physics;
using FinOps.Platform.Targets.Estimates;
using static FinOps.Host.Commands.Targets.Figures;

namespace FinOps.Host.Commands.Targets;

/// <summary>A sweep for people: a line per configuration.</summary>
internal static class SweepWords
{
    public static IEnumerable<string> Of(IReadOnlyList<EstimateView> views)
    {
        yield return Line("", "model", "accelerator", "layout", "weights", "prompt", "output", "at once", "run", "per user", "per chip", "cost/1M");
        foreach (var view in views) yield return Of(view);
        var currencies = views.Select(v => v.Cost?.Currency).OfType<string>().Distinct().ToList();
        yield return "";
        yield return $"{views.Count(v => v.IsFeasible)} of {views.Count} configurations can be; * is worth choosing. At once: requests asked; run: that fit. Per user, per chip: output tokens/s. Cost: blended, {(currencies.Count == 0 ? "no price is known" : string.Join(", ", currencies))}.";
    }

    private static string Of(EstimateView view)
    {
        var c = view.Configuration;
        var layout = view.IsFeasible
            ? $"{c.Accelerators}x {new Parallelism(c.TensorParallel!.Value, c.PipelineParallel!.Value, c.DataParallel!.Value, c.ExpertParallel!.Value)}"
            : $"{c.Accelerators}{(c.TensorParallel is { } tensor ? $" TP{tensor}" : "")}";
        var atOnce = c.Concurrency is { } asked ? Text(asked) : "most";
        string[] head = [view.IsOnFront == true ? "*" : "", $"{c.Model}", $"{c.Accelerator}", layout, $"{c.Weights}", Text(c.PromptTokens), Text(c.OutputTokens), atOnce];
        return view.Speed is { } speed
            ? Line([.. head, Text(speed.RunningSequences), Text(speed.OutputTokensPerSecondPerUser), Text(speed.OutputTokensPerSecondPerAccelerator), view.Cost is { } cost ? Text(cost.BlendedPerMillion) : "-"])
            : $"{Line([.. head])}  {string.Join(" ", view.Reasons.Select(r => r.Message))}";
    }

    private static string Line(params string[] cells)
    {
        int[] widths = [-2, -18, -20, -14, -8, 7, 7, 9, 9, 10, 10, 10];
        return string.Concat(cells.Select((cell, i) => widths[i] < 0 ? cell.PadRight(-widths[i]) : cell.PadLeft(widths[i]))).TrimEnd();
    }
}
