using FinOps.Domain.Targets.Physics;
using FinOps.Platform.Targets.Estimates;
using static FinOps.Host.Commands.Targets.Figures;

namespace FinOps.Host.Commands.Targets;

/// <summary>An estimate for people.</summary>
internal static class EstimateWords
{
    public static string Of(EstimateView view)
    {
        var c = view.Configuration;
        var layout = new Parallelism(c.TensorParallel ?? 1, c.PipelineParallel ?? 1, c.DataParallel ?? 1, c.ExpertParallel ?? 1);
        string[] lines =
        [
            $"{c.Model} on {c.Accelerators} x {c.Accelerator}: {c.Copies} {(c.Copies == 1 ? "copy" : "copies")} of {layout}, weights {c.Weights}, products {c.Activations}, cache {c.KvCache}, engine {c.Engine}",
            $"{Text(c.PromptTokens)} prompt tokens ({Percent(c.CachedPrefixShare)} cached), {Text(c.OutputTokens)} output tokens, {Load(c)}",
            "",
            .. Body(view),
        ];
        return string.Join(Environment.NewLine, lines);
    }

    private static IEnumerable<string> Body(EstimateView view)
    {
        var (memory, speed, use, energy) = (view.Memory!, view.Speed!, view.Utilisation!, view.Energy!);
        yield return Row("memory", $"{Text(memory.WeightGigabytes)} GB of weights and {Text(memory.FreeGigabytes)} GB left on each; keys and values of a token take {Text(memory.KvBytesPerToken / 1_000)} kB");
        yield return Row("sequences", $"{Text(memory.MostSequences)} fit, {Text(speed.RunningSequences)} run");
        yield return "";
        yield return Times("milliseconds", "total", "weights", "KV reads", "matrices", "attention", "communication", "overhead");
        yield return Times("a prompt", view.Prefill!);
        yield return Times("a decode step", view.Decode!);
        yield return "";
        yield return Row("speed", $"{Text(speed.OutputTokensPerSecond)} output tokens/s, {Text(speed.OutputTokensPerSecondPerAccelerator)} per accelerator, {Text(speed.OutputTokensPerSecondPerUser)} per user; {Text(speed.TotalTokensPerSecond)} with prompts; {Text(speed.RequestsPerSecond)} requests/s");
        yield return Row("latency", $"{Milliseconds(speed.SecondsToFirstToken)} ms to the first token, {Milliseconds(speed.SecondsPerOutputToken)} ms to each other");
        yield return Row("utilisation", $"FLOPS {Percent(use.FlopsShare)}, bandwidth {Percent(use.BandwidthShare)}, load {Percent(use.Load)}");
        yield return Row("work weights", string.Join(", ", view.WorkWeights!.Select(w => $"{w.UnitClass} {Text(w.WorkUnits)}")));
        yield return Row("energy", $"{Text(energy.KilowattHoursPerMillionTokens)} kWh per million tokens, {Text(energy.WattsPerAccelerator)} W per accelerator");
        yield return view.Cost is { } cost
            ? Row($"{cost.Currency} per 1M", $"{Text(cost.UncachedInputPerMillion)} uncached input, {Text(cost.CacheReadPerMillion)} cache read, {Text(cost.OutputPerMillion)} output, {Text(cost.BlendedPerMillion)} blended")
            : Row("cost", "none: no price of the accelerator is known; say --price-per-accelerator-hour and --currency");
        if (view.Cost is { } priced)
            yield return Row("", $"at {Text(priced.PricePerAcceleratorHour)} an hour and accelerator ({priced.PriceFrom}), used {Percent((double)priced.Utilisation)}");
    }

    private static string Load(EstimateConfiguration c) => c switch
    {
        { Concurrency: { } concurrency } => $"{Text(concurrency)} requests at once",
        { RequestsPerSecond: { } rate } => $"{Text(rate)} requests/s",
        { MaxSecondsPerOutputToken: null, MaxSecondsToFirstToken: null } => "as many requests as fit",
        _ => string.Join(" and ", new[]
        {
            c.MaxSecondsPerOutputToken is { } token ? $"{Milliseconds(token)} ms a token" : null,
            c.MaxSecondsToFirstToken is { } first ? $"{Milliseconds(first)} ms to the first" : null,
        }.OfType<string>()) + " at most",
    };

    private static string Row(string name, string what) => $"{name,-15}{what}";

    private static string Times(string name, EstimateTime t) => Times(
        name, Milliseconds(t.Seconds), Milliseconds(t.Weights), Milliseconds(t.KvReads), Milliseconds(t.MatrixWork), Milliseconds(t.Attention),
        Milliseconds(t.Communication), Milliseconds(t.Overhead));

    private static string Times(string name, params string[] cells) => $"{name,-15}{string.Concat(cells.Select(c => $"{c,14}"))}";
}
