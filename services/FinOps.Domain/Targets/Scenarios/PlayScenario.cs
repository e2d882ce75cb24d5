using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Physics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Scenarios;

/// <summary>What a service costs after each step: physics for the work, queueing for the copies, prices for the hours.</summary>
public static class PlayScenario
{
    private const double SecondsPerHour = 3600;
    private const decimal Million = 1_000_000m;

    /// <exception cref="RejectedException">A step makes no sense; the field names the step.</exception>
    public static PlayedScenario Of(Scenario scenario, TargetFacts facts, PriceBook prices)
    {
        var steps = scenario.Steps.Select((step, index) => Within($"steps[{index}]", () => Play(step, scenario.Demand, facts, prices))).ToList();
        var first = scenario.Steps[0].Setup.Serving;
        return new PlayedScenario(
            scenario, TokensPerDay(scenario.Demand, first), steps, [.. scenario.BoughtFrom.Select(p => (p, Bought(p, scenario.Demand, first, prices)))]);
    }

    private static PlayedStep Play(ScenarioStep step, ScenarioDemand demand, TargetFacts facts, PriceBook prices)
    {
        var setup = step.Setup;
        var rest = 1 - setup.Routes.Sum(r => r.Share);
        if (rest < 0 || setup.Routes.Any(r => r.Share < 0))
            throw new RejectedException(new Rejection("shares_invalid", "routes.share", "Shares of routes are not negative and sum to at most 1."));
        var parts = new List<PlayedPart>();
        var left = setup;
        foreach (var route in new[] { new ScenarioRoute("", rest, setup.Serving) }.Concat(setup.Routes).Where(r => r.Share > 0))
        {
            parts.Add(Part(route, left, demand, facts, prices));
            left = left with { Clouds = PlaceOnClouds.Left(left.Clouds, parts[^1]) };
        }

        var router = setup.RouterPerMillion * (decimal)TokensPerDay(demand, setup.Serving) / Million;
        var all = parts.Select(p => p.PerDay).Aggregate((sum, more) => sum + more);
        return new PlayedStep(step.Name, all with { Amount = all.Amount + router }, parts);
    }

    private static PlayedPart Part(ScenarioRoute route, ScenarioSetup setup, ScenarioDemand demand, TargetFacts facts, PriceBook prices)
    {
        var copy = CopyOf(route.Serving, facts);
        var asked = demand.Hourly.Times((double)route.Share);
        var copies = Copies(asked, copy, setup, demand);
        var part = new PlayedPart(
            route.Name.Length > 0 ? $"{route.Name}: {copy.Name}" : copy.Name, route.Share, copy.Accelerators, copies.Max(),
            asked.Mean / SecondsPerHour / (copies.Average() * copy.PerSecond), Money.Zero(Currency.Usd), copy.SecondsPerOutputToken);
        var accelerators = copies.Select(c => (decimal)(c * copy.Accelerators)).ToList();
        return setup.Clouds.Count > 0
            ? PlaceOnClouds.Of(part, copy.Accelerator, accelerators, setup, (decimal)TokensPerDay(demand, route.Serving) * route.Share, prices)
            : part with { PerDay = setup.Payment.Day(copy.Accelerator, accelerators, prices) };
    }

    /// <summary>What one copy does.</summary>
    /// <param name="PerSecond">Requests, or hours of sound.</param>
    /// <param name="Places">Requests that it works on at once.</param>
    private sealed record Copy(string Name, string Accelerator, double Accelerators, double PerSecond, double Places, double? SecondsPerOutputToken);

    private static Copy CopyOf(Serving serving, TargetFacts facts)
    {
        switch (serving)
        {
            case Serving.Text text:
                var plan = Within("deployment", () => text.Request.Decide(facts));
                var estimate = plan.Answer().Estimate;
                var (copies, chip) = (plan.Deployment.Copies, plan.Deployment.Accelerator.Key);
                var each = plan.Deployment.Parallelism.Accelerators;
                return new Copy(
                    $"{plan.Model.Key} {plan.Deployment.Precision.Weights} on {each} {chip}", chip, each, estimate.RequestsPerSecond / copies,
                    Math.Max(1, Math.Floor(estimate.RunningSequences / copies + 1e-6)), estimate.SecondsPerOutputToken);
            case Serving.Sound sound:
                RequireSound(sound, facts);
                return new Copy($"sound on {sound.Accelerator}", sound.Accelerator, 1, sound.RealTimeFactor * sound.BatchGain / SecondsPerHour, 1, null);
            default:
                throw new ArgumentOutOfRangeException(nameof(serving), serving, "Unknown kind of serving.");
        }
    }

    private static void RequireSound(Serving.Sound sound, TargetFacts facts)
    {
        var checks = new Checks();
        if (!facts.Accelerators.ContainsKey(sound.Accelerator))
            checks.Fail("accelerator_unknown", "sound.accelerator", $"'{sound.Accelerator}' is no accelerator of the facts.");
        if (sound.RealTimeFactor is not > 0) checks.Fail("sound_invalid", "sound.realTimeFactor", "`sound.realTimeFactor` lies above 0.");
        if (sound.BatchGain is not >= 1) checks.Fail("sound_invalid", "sound.batchGain", "`sound.batchGain` is 1 or more.");
        checks.ThrowIfAny();
    }

    /// <summary>Of all sites, in each hour of the day.</summary>
    private static List<double> Copies(DayProfile asked, Copy copy, ScenarioSetup setup, ScenarioDemand demand)
    {
        var site = asked.Times(1.0 / setup.Sites);
        if (setup.BaseShare is { } share && !demand.CanWait) return Hybrid(site, share, copy, setup, demand);
        var copies = site.Hourly.Select(perHour => (double)setup.Sites * Math.Max(setup.LeastCopies, Copies(perHour, copy, demand))).ToList();
        return setup.Hourly ? copies : [.. Enumerable.Repeat(copies.Max(), copies.Count)];
    }

    /// <summary>Whole copies at each site for its base, and whole copies for what finds them full.</summary>
    private static List<double> Hybrid(DayProfile site, double share, Copy copy, ScenarioSetup setup, ScenarioDemand demand)
    {
        var places = site.Times(copy.Places / copy.PerSecond / SecondsPerHour);
        var own = Math.Max(setup.LeastCopies, (int)Math.Ceiling(places.Mean * share / copy.Places - 1e-9));
        var all = PoolSites.Hybrid([.. Enumerable.Repeat((places, (int)(own * copy.Places)), setup.Sites)], demand.WaitingAtMost).Servers;
        var common = Math.Ceiling((all - setup.Sites * own * copy.Places) / copy.Places - 1e-9);
        return [.. Enumerable.Repeat(setup.Sites * own + common, DayProfile.Hours)];
    }

    /// <summary>A place is a server of the queue; a request holds it for places ÷ requests per second.</summary>
    private static int Copies(double perHour, Copy copy, ScenarioDemand demand)
    {
        var perSecond = perHour / SecondsPerHour;
        if (demand.CanWait) return (int)Math.Ceiling(perSecond / copy.PerSecond - 1e-9);
        var places = ErlangC.FewestServers(perSecond * copy.Places / copy.PerSecond, demand.WaitingAtMost);
        return (int)Math.Ceiling(places / copy.Places - 1e-9);
    }

    private static double TokensPerDay(ScenarioDemand demand, Serving serving) =>
        demand.PerDay * (serving is Serving.Text { Request: var request } ? request.PromptTokens + request.OutputTokens : demand.TokensPerHourOfSound);

    private static Money Bought(string provider, ScenarioDemand demand, Serving serving, PriceBook prices)
    {
        if (serving is not Serving.Text { Request: var request })
        {
            var hour = Price(PriceUnit.AudioHour, "whisper-large-v3");
            return new Money(hour.Middle * (decimal)demand.PerDay, hour.Currency!.Value);
        }

        var (input, output) = (Price(PriceUnit.MillionInputTokens, request.Model!), Price(PriceUnit.MillionOutputTokens, request.Model!));
        return new Money(
            (input.Middle * (decimal)request.PromptTokens + output.Middle * (decimal)request.OutputTokens) * (decimal)demand.PerDay / Million, input.Currency!.Value);

        PriceRow Price(PriceUnit unit, string subject) => prices.Find(PriceKind.Serverless, unit, subject, provider)
            ?? throw new RejectedException(new Rejection(
                "price_unknown", "boughtFrom", $"No price of {provider} for {subject} is known; leave it out, or add a row to prices.json."));
    }

    /// <summary>Refusals of a part are said of its place in the whole.</summary>
    private static T Within<T>(string place, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (RejectedException refused)
        {
            throw new RejectedException([.. refused.Rejections.Select(r => r with { Field = $"{place}.{r.Field}" })]);
        }
    }
}
