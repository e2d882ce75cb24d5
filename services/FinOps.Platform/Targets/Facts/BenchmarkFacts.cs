namespace FinOps.Platform.Targets.Facts;

/// <summary>What the rules of a published benchmark say and its tables leave out. Rows of <c>benchmarks.json</c>.</summary>
/// <param name="Scenario">As tables name it, for example <c>mlperf_server</c>.</param>
public sealed record BenchmarkRules(string Scenario)
{
    public string? Engine { get; init; }

    public string? Model { get; init; }

    /// <summary>Prompt and answer length that it was run with, for example <c>128/2048</c>; null is any.</summary>
    public string? Lengths { get; init; }

    /// <summary>Mean prompt length of its data set, in tokens.</summary>
    public double? PromptTokens { get; init; }

    /// <summary>The limit on time per output token, for 99 of 100 answers.</summary>
    public double? MaxSecondsPerOutputToken { get; init; }

    /// <summary>Requests of a run.</summary>
    public double? Requests { get; init; }
}

internal static class BenchmarkFacts
{
    public const string File = "benchmarks.json";
}
