namespace FinOps.Domain.Targets.Physics;

/// <summary>What memory holds, per accelerator.</summary>
/// <param name="WeightBytes">Of the model's weights.</param>
/// <param name="KvBytesPerToken">Of one token's keys and values over all accelerators of a copy, replicas included.</param>
/// <param name="FreeBytes">Left for keys and values on one accelerator.</param>
/// <param name="MostSequences">That fit in all copies, at the workload's lengths.</param>
public sealed record MemoryFit(double WeightBytes, double KvBytesPerToken, double FreeBytes, double MostSequences);

/// <summary>Seconds by cause. They are added: each part waits for the others.</summary>
/// <param name="Weights">Reading weights.</param>
/// <param name="KvReads">Reading keys and values.</param>
/// <param name="MatrixWork">Products with weights.</param>
/// <param name="Attention">Products of queries, keys and values.</param>
/// <param name="Communication">Between accelerators.</param>
/// <param name="Overhead">Launching, scheduling, sampling.</param>
public readonly record struct TimeSplit(
    double Weights, double KvReads, double MatrixWork, double Attention, double Communication, double Overhead)
{
    public double Total => Weights + KvReads + MatrixWork + Attention + Communication + Overhead;

    public static TimeSplit operator *(TimeSplit t, double by) =>
        new(t.Weights * by, t.KvReads * by, t.MatrixWork * by, t.Attention * by, t.Communication * by, t.Overhead * by);

    public static TimeSplit operator +(TimeSplit a, TimeSplit b) => new(
        a.Weights + b.Weights, a.KvReads + b.KvReads, a.MatrixWork + b.MatrixWork, a.Attention + b.Attention,
        a.Communication + b.Communication, a.Overhead + b.Overhead);
}

/// <summary>What a deployment does under a load, in steady state.</summary>
/// <param name="Memory">What fits.</param>
/// <param name="RunningSequences">At any time, over all copies.</param>
/// <param name="Prefill">Of one request's prompt, seconds by cause.</param>
/// <param name="Decode">Of one step that yields one token per running sequence, without prefill, seconds by cause.</param>
/// <param name="OutputTokensPerSecond">Over all accelerators.</param>
/// <param name="SecondsToFirstToken">Mean.</param>
/// <param name="SecondsPerOutputToken">Mean, between tokens of one answer, prompts of others included.</param>
/// <param name="FlopsShare">Of peak arithmetic that was used (model FLOPS utilisation): 0 to 1.</param>
/// <param name="BandwidthShare">Of peak memory bandwidth that was used: 0 to 1.</param>
/// <param name="Load">Of the most that the deployment could do with these requests: 0 to 1. Below 1 where concurrency or rate ask for less.</param>
/// <param name="WattsPerAccelerator">Drawn on average.</param>
/// <param name="Shape">What a token of each kind costs in accelerator time, and how that grows with context.</param>
public sealed record Estimate(
    MemoryFit Memory,
    double RunningSequences,
    TimeSplit Prefill,
    TimeSplit Decode,
    double OutputTokensPerSecond,
    double SecondsToFirstToken,
    double SecondsPerOutputToken,
    double FlopsShare,
    double BandwidthShare,
    double Load,
    double WattsPerAccelerator,
    TokenTimes Shape)
{
    public required int Accelerators { get; init; }

    public required double PromptTokensPerSecond { get; init; }

    public double OutputTokensPerSecondPerAccelerator => OutputTokensPerSecond / Accelerators;

    public double RequestsPerSecond { get; init; }
}

/// <summary>
/// Accelerator-seconds per token. A request of p prompt tokens (c of them cached) and n answer tokens takes
/// (p − c)·(<paramref name="Input"/> + <paramref name="InputPerContextToken"/>·(p + c)/2) + c·<paramref name="CachedInput"/> +
/// n·(<paramref name="Output"/> + <paramref name="OutputPerContextToken"/>·(p + n/2)): linear, so that sums over requests need only sums of tokens.
/// </summary>
/// <param name="Input">An uncached prompt token, whatever its place.</param>
/// <param name="InputPerContextToken">What each token before it adds.</param>
/// <param name="CachedInput">A prompt token whose keys and values are there.</param>
/// <param name="Output">An answer token, whatever its place.</param>
/// <param name="OutputPerContextToken">What each token before it adds.</param>
public readonly record struct TokenTimes(
    double Input, double InputPerContextToken, double CachedInput, double Output, double OutputPerContextToken)
{
    public double OfInput(double prompt, double cached) => (prompt - cached) * (Input + InputPerContextToken * (prompt + cached) / 2) + cached * CachedInput;

    public double OfOutput(double prompt, double output) => output * (Output + OutputPerContextToken * (prompt + output / 2));

    public double Of(double prompt, double cached, double output) => OfInput(prompt, cached) + OfOutput(prompt, output);
}
