using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Physics;

/// <summary>What a deployment does under a load: physics and a few efficiencies, no tables of measurements.</summary>
public static class EstimateDeployment
{
    /// <summary>Halvings of a search: to a part in 10^15 of where it began.</summary>
    private const int Halvings = 50;

    /// <summary>Of floating point.</summary>
    private const double RateSlack = 1e-9;

    /// <summary>The output tokens per second alone: what a fit asks a million times.</summary>
    /// <returns>Null where <see cref="Of"/> would refuse.</returns>
    internal static double? Try(ModelArchitecture model, Deployment deployment, Workload workload, Efficiency efficiency)
    {
        var most = Most(FitInMemory.Of(model, deployment, workload, efficiency), deployment, workload);
        if (most < 1) return null;
        var copy = new Served(new StepTimes(model, deployment, workload, efficiency), workload, efficiency, deployment.Copies);
        return Running(copy, workload.Load, deployment.Copies, most, out _) is { } running
            ? copy.RequestsPerSecond(running) * workload.OutputTokens * deployment.Copies
            : null;
    }

    /// <exception cref="RejectedException">Not one sequence fits, or the load cannot be had; the message says what could.</exception>
    public static Estimate Of(ModelArchitecture model, Deployment deployment, Workload workload, Efficiency efficiency)
    {
        var memory = FitInMemory.Of(model, deployment, workload, efficiency);
        var most = Most(memory, deployment, workload);
        if (most < 1) throw new RejectedException(DoesNotFit(model, deployment, workload));
        var copy = new Served(new StepTimes(model, deployment, workload, efficiency), workload, efficiency, deployment.Copies);
        return Running(copy, workload.Load, deployment.Copies, most, out var why) is { } running
            ? copy.Estimate(deployment, memory, running, most)
            : throw new RejectedException(why!);
    }

    /// <summary>Sequences of one copy at once: by memory, by the engine, and by how many there are; below 1 it does not fit.</summary>
    private static double Most(MemoryFit memory, Deployment deployment, Workload workload)
    {
        var most = Math.Min(memory.MostSequences / deployment.Copies, deployment.MostSequences * (double)deployment.Parallelism.Data);
        return workload.Requests is { } all ? Math.Min(most, Math.Max(1, all / deployment.Copies)) : most;
    }

    /// <returns>Sequences of one copy at any time; null where the load cannot be had.</returns>
    private static double? Running(Served copy, Load load, int copies, double most, out Rejection? why)
    {
        why = null;
        switch (load)
        {
            case Load.Maximum: return most;
            case Load.Concurrency asked: return Math.Min(asked.Requests / copies, most);
            case Load.RequestRate { RequestsPerSecond: var rate }:
                if (AtRate(copy, rate / copies, most) is { } found) return found;
                why = Refusal("rate_too_high", "requestsPerSecond", $"{rate:0.###} requests a second are more than the {copy.RequestsPerSecond(most) * copies:0.###} that the deployment can serve.");
                return null;
            case Load.Latency limits:
                if (Within(copy, limits, most) is { } within) return within;
                why = Refusal("limit_too_low", limits.SecondsPerOutputToken is null ? "maxSecondsToFirstToken" : "maxSecondsPerOutputToken", $"A sequence alone takes {copy.SecondsPerOutputToken(1):0.######} s per output token and {copy.SecondsToFirstToken(1):0.######} s to the first; no limit below that can be kept.");
                return null;
            default: throw new ArgumentOutOfRangeException(nameof(load), load, "A load of an unknown kind.");
        }
    }

    /// <summary>The most that was shown, asked for again, is not more.</summary>
    private static double? AtRate(Served copy, double rate, double most) =>
        copy.RequestsPerSecond(most) < rate * (1 - RateSlack) ? null
        : copy.RequestsPerSecond(1) >= rate ? rate / copy.RequestsPerSecond(1)
        : Search(1, most, running => copy.RequestsPerSecond(running) <= rate);

    private static double? Within(Served copy, Load.Latency limits, double most)
    {
        return !Keeps(1) ? null : Keeps(most) ? most : Search(1, most, Keeps);

        bool Keeps(double running) =>
            !(copy.SecondsPerOutputToken(running) > limits.SecondsPerOutputToken) && !(copy.SecondsToFirstToken(running) > limits.SecondsToFirstToken);
    }

    /// <returns>The greatest for which it holds, when it holds for the least and not for the most.</returns>
    private static double Search(double least, double most, Func<double, bool> holds)
    {
        for (var i = 0; i < Halvings && most - least > least * 1e-12; i++)
        {
            var middle = (least + most) / 2;
            if (holds(middle)) least = middle;
            else most = middle;
        }

        return least;
    }

    private static Rejection DoesNotFit(ModelArchitecture model, Deployment deployment, Workload workload) => Refusal(
        "does_not_fit", "accelerators",
        $"{model.Key} in {deployment.Precision.Weights} does not fit on {deployment.Parallelism} of {deployment.Accelerator.Key} with one sequence of {workload.PromptTokens + workload.OutputTokens:0} tokens; use more accelerators, fewer bits or shorter sequences.");

    private static Rejection Refusal(string code, string field, FormattableString message) => new(code, field, FormattableString.Invariant(message));
}
