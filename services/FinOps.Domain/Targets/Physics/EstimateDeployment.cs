using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Physics;

/// <summary>What a deployment does under a load: physics and a few efficiencies, no tables of measurements.</summary>
public static class EstimateDeployment
{
    /// <summary>Halvings of a search: to a part in 10^15 of where it began.</summary>
    private const int Halvings = 50;

    /// <exception cref="RejectedException">Not one sequence fits, or the load cannot be had; the message says what could.</exception>
    public static Estimate Of(ModelArchitecture model, Deployment deployment, Workload workload, Efficiency efficiency)
    {
        var memory = FitInMemory.Of(model, deployment, workload, efficiency);
        var most = memory.MostSequences / deployment.Copies;
        if (most < 1) throw Refused("does_not_fit", "accelerators", $"{model.Key} in {deployment.Precision.Weights} does not fit on {deployment.Parallelism} of {deployment.Accelerator.Key} with one sequence of {workload.PromptTokens + workload.OutputTokens:0} tokens; use more accelerators, fewer bits or shorter sequences.");
        most = Math.Min(most, deployment.MostSequences * (double)deployment.Parallelism.Data);
        if (workload.Requests is { } all) most = Math.Min(most, Math.Max(1, all / deployment.Copies));
        var copy = new Served(new StepTimes(model, deployment, workload, efficiency), workload, efficiency, deployment.Copies);
        var running = Running(copy, workload.Load, deployment.Copies, most);
        return copy.Estimate(deployment, memory, running, most);
    }

    private static double Running(Served copy, Load load, int copies, double most) => load switch
    {
        Load.Maximum => most,
        Load.Concurrency asked => Math.Clamp(asked.Requests / copies, Math.Min(1, most), most),
        Load.RequestRate asked => AtRate(copy, asked.RequestsPerSecond / copies, most, copies),
        Load.Latency limits => Within(copy, limits, most),
        _ => throw new ArgumentOutOfRangeException(nameof(load), load, "A load of an unknown kind."),
    };

    private static double AtRate(Served copy, double rate, double most, int copies)
    {
        if (copy.RequestsPerSecond(most) < rate)
            throw Refused("rate_too_high", "requestsPerSecond", $"{rate * copies:0.###} requests a second are more than the {copy.RequestsPerSecond(most) * copies:0.###} that the deployment can serve.");
        return copy.RequestsPerSecond(1) >= rate ? rate / copy.RequestsPerSecond(1) : Search(1, most, running => copy.RequestsPerSecond(running) <= rate);
    }

    private static double Within(Served copy, Load.Latency limits, double most)
    {
        if (!Keeps(1))
            throw Refused("limit_too_low", limits.SecondsPerOutputToken is null ? "maxSecondsToFirstToken" : "maxSecondsPerOutputToken", $"A sequence alone takes {copy.SecondsPerOutputToken(1):0.######} s per output token and {copy.SecondsToFirstToken(1):0.######} s to the first; no limit below that can be kept.");
        return Keeps(most) ? most : Search(1, most, Keeps);

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

    private static RejectedException Refused(string code, string field, FormattableString message) =>
        new(new Rejection(code, field, FormattableString.Invariant(message)));
}
