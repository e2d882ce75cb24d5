namespace FinOps.Domain.Targets.Physics;

/// <summary>One copy with so many sequences running: what a request waits for, and what all of them get.</summary>
internal sealed class Served(StepTimes step, Workload workload, Efficiency efficiency, int copies)
{
    private double Output => workload.OutputTokens;

    /// <summary>Of one copy; below one sequence it waits between requests, each as fast as alone.</summary>
    public double RequestsPerSecond(double running) => running / (Output * step.Seconds(Math.Max(1, running))) * FiniteRun(running);

    /// <summary>
    /// The prompt's own reading, the step that yields the first token, and prompts of others that are being read on arrival. Waiting for a place
    /// is not in it.
    /// </summary>
    public double SecondsToFirstToken(double running)
    {
        var at = Math.Max(1, running);
        var (own, latency) = (step.Prefill(1).Total, Output * step.Seconds(at));
        var others = (at - 1) * step.Prefill(at).Total;
        var busy = others / latency;
        var wait = Math.Min(others / 2, busy / Math.Max(1 - busy, double.Epsilon) * step.Prefill(at).Total / 2);
        return Math.Min(latency, own + step.Decode(at).Total + wait) / FiniteRun(running);
    }

    /// <summary>Between tokens of one answer, prompts of others included. Of an answer of one token: its step.</summary>
    public double SecondsPerOutputToken(double running)
    {
        var at = Math.Max(1, running);
        return Output > 1
            ? (Output * step.Seconds(at) / FiniteRun(running) - SecondsToFirstToken(running)) / (Output - 1)
            : step.Seconds(at) / FiniteRun(running);
    }

    public Estimate Estimate(Deployment deployment, MemoryFit memory, double running, double most)
    {
        var at = Math.Max(1, running);
        var requests = RequestsPerSecond(running);
        var chips = deployment.Parallelism.Accelerators;
        var steps = requests * Output / at; // per second; a copy without a sequence makes none
        var uncached = workload.PromptTokens * (1 - workload.CachedPrefixShare);
        var flops = requests * (Output + uncached) * step.FlopsPerToken / step.PeakFlops;
        var decode = step.Decode(at);
        var bytes = steps * (step.WeightBytesPerStep + step.ExpertBytes * step.ExpertsRead(at));
        // What the reading of keys and values takes says how many bytes they are.
        var reads = bytes / (chips * step.Bandwidth) + steps * decode.KvReads * efficiency.Scale * efficiency.KvReads;
        var (flopsShare, bandwidthShare) = (Math.Min(1, flops), Math.Min(1, reads));
        return new Estimate(
            memory, running * copies, step.Prefill(at) * (1 / FiniteRun(running)), decode * (1 / FiniteRun(running)), requests * Output * copies, SecondsToFirstToken(running),
            SecondsPerOutputToken(running), flopsShare, bandwidthShare, Math.Min(1, requests / RequestsPerSecond(most)),
            PowerDraw.Watts(deployment.Accelerator.PowerWatts, deployment.PowerCapWatts, bandwidthShare, flopsShare),
            Shape(chips, running, requests))
        {
            Accelerators = deployment.Accelerators,
            PromptTokensPerSecond = requests * workload.PromptTokens * copies,
            RequestsPerSecond = requests * copies,
        };
    }

    /// <summary>The chips' whole time, shared over tokens: prompts carry what reading them adds to the steps, answers the rest.</summary>
    private TokenTimes Shape(int chips, double running, double requests)
    {
        var (prompt, cached) = (workload.PromptTokens, workload.PromptTokens * workload.CachedPrefixShare);
        var whole = chips / requests; // of a request
        var at = Math.Max(1, running);
        // Time in which nothing ran is not the prompts': it goes to the answers.
        var prefill = chips * step.Prefill(at).Total / FiniteRun(running);
        var (outputSlope, inputSlope) = step.ContextSlopes();
        var perSecond = chips / FiniteRun(running);
        var cachedEach = step.CachedSeconds * perSecond;
        var input = prompt > cached ? (prefill - cached * cachedEach) / (prompt - cached) - inputSlope * perSecond * (prompt + cached) / 2 : 0;
        var spent = prompt > cached ? prefill : cached * cachedEach;
        var output = (whole - spent) / Output - outputSlope * perSecond * (prompt + Output / 2);
        return new TokenTimes(input, inputSlope * perSecond, cachedEach, output, outputSlope * perSecond);
    }

    /// <summary>What a run of so many requests loses by starting and ending empty.</summary>
    private double FiniteRun(double running) => workload.Requests is { } all
        ? all / Math.Max(running, 1) / copies is var waves ? waves / (waves + efficiency.LostWaves) : 1
        : 1;
}
