using System.Text.Json;

namespace FinOps.Host.Benchmarks;

/// <summary>One figure beside its baseline, measured in the same run; printed as one JSON object a line.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Baseline">What it is held against, in the same unit.</param>
/// <param name="Ratio">Value ÷ baseline.</param>
/// <param name="How">How both were taken.</param>
internal sealed record Measurement(string Name, double Value, string Unit, double Baseline, double Ratio, string How)
{
    public static Measurement Of(string name, double value, string unit, double baseline, string how) =>
        new(name, Math.Round(value, 3), unit, Math.Round(baseline, 3), Math.Round(value / baseline, 4), how);

    public void Print() => Console.WriteLine(JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
}
