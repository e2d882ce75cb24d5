using System.Text.RegularExpressions;

namespace FinOps.Host.Measurements;

/// <summary>Which row of efficiencies an engine's release belongs to: engines become faster, and a measurement is of its time.</summary>
internal static partial class EngineGeneration
{
    /// <param name="Name">As tables name the engine; also the row's key, of its newest generation.</param>
    /// <param name="Before">The first release of the newest generation, as a version.</param>
    /// <param name="Since">The first year of the newest generation, where no version is told.</param>
    /// <param name="Older">The row of releases before that.</param>
    private sealed record Line(string Name, Version Before, int Since, string Older);

    private static readonly Line[] Lines =
    [
        new("vllm", new Version(0, 13), 2026, "vllm-2025"),
        new("sglang", new Version(0, 5, 7), 2026, "sglang-2025"),
        new("trtllm", new Version(1, 1), 2026, "trtllm-2025"),
    ];

    /// <param name="engine">As the table names it.</param>
    /// <param name="version">Likewise; a round of a benchmark for its rows.</param>
    /// <param name="scenario">Likewise.</param>
    /// <param name="notes">May hold `measured=` with a date.</param>
    public static string Of(string engine, string version, string scenario, string notes)
    {
        if (scenario.StartsWith("mlperf", StringComparison.Ordinal))
            return !engine.StartsWith("TensorRT", StringComparison.Ordinal) ? "vllm-rocm" : version.Contains("v4", StringComparison.Ordinal) ? "mlperf-4.1" : "mlperf-5.1";
        if (engine == "TensorRT-LLM") return VersionOf(version) is { } release && release < new Version(1, 0) ? $"tensorrt-llm-{Short(release)}" : "tensorrt-llm";
        if (version.Contains("ROCm", StringComparison.OrdinalIgnoreCase)) return "vllm-rocm";
        if (Lines.FirstOrDefault(l => l.Name == engine) is not { } line) return engine;
        if (VersionOf(version) is { } told) return told < line.Before ? line.Older : line.Name;
        return Measured().Match(notes) is { Success: true } year && int.Parse(year.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) < line.Since
            ? line.Older : line.Name;
    }

    private static string Short(Version release) => $"{release.Major}.{release.Minor}";

    private static Version? VersionOf(string text) => Leading().Match(text) is { Success: true } match ? Version.Parse(match.Value) : null;

    [GeneratedRegex(@"^\d+\.\d+(\.\d+)?")]
    private static partial Regex Leading();

    [GeneratedRegex(@"measured=(\d{4})")]
    private static partial Regex Measured();
}
