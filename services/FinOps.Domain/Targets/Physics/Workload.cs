namespace FinOps.Domain.Targets.Physics;

/// <summary>What is asked of a deployment.</summary>
/// <param name="PromptTokens">Mean length of prompts, cached part included.</param>
/// <param name="OutputTokens">Mean length of answers, one or more.</param>
/// <param name="CachedPrefixShare">The share of the prompt whose keys and values are there already: 0 to 1.</param>
/// <param name="Load">How much of it at once.</param>
public sealed record Workload(double PromptTokens, double OutputTokens, double CachedPrefixShare, Load Load)
{
    /// <summary>Requests of a measurement that starts and ends empty; null for a service that runs for ever.</summary>
    public double? Requests { get; init; }
}

/// <summary>How much is asked at once.</summary>
public abstract record Load
{
    private Load()
    {
    }

    /// <summary>As many as memory and the engine take.</summary>
    public sealed record Maximum : Load;

    /// <summary>So many requests at any time, over all copies.</summary>
    public sealed record Concurrency(double Requests) : Load;

    /// <summary>So many requests a second, over all copies; the concurrency follows.</summary>
    public sealed record RequestRate(double RequestsPerSecond) : Load;

    /// <summary>As many as keep the promise.</summary>
    /// <param name="SecondsPerOutputToken">Mean time per output token after the first; null is no limit.</param>
    /// <param name="SecondsToFirstToken">Mean time to the first token; null is no limit.</param>
    public sealed record Latency(double? SecondsPerOutputToken, double? SecondsToFirstToken) : Load;
}
