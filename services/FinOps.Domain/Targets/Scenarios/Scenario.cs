using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Scenarios;

/// <summary>A service that is changed step by step, with what each step saves.</summary>
/// <param name="Name">Of the case.</param>
/// <param name="About">What it is, for readers.</param>
/// <param name="Period">In which its costs are told.</param>
/// <param name="Demand">What is asked of it; the same in each step.</param>
/// <param name="Steps">The first is how it was.</param>
public sealed record Scenario(string Name, string About, ScenarioPeriod Period, ScenarioDemand Demand, IReadOnlyList<ScenarioStep> Steps)
{
    /// <summary>What somebody says it cost; null where nobody does.</summary>
    public ClaimedCost? Claimed { get; init; }

    /// <summary>Sellers of the same tokens or hours of sound, to be compared with.</summary>
    public IReadOnlyList<string> BoughtFrom { get; init; } = [];

    /// <summary>What the model cannot say, a sentence each.</summary>
    public IReadOnlyList<string> Unconfirmed { get; init; } = [];
}

public enum ScenarioPeriod
{
    Day,

    /// <summary>30 days.</summary>
    Month,
}

/// <summary>What is asked on a day.</summary>
/// <param name="PerDay">Requests, or hours of sound.</param>
public sealed record ScenarioDemand(double PerDay)
{
    /// <summary>The busiest hour over the mean: 1 (the same all day) to 2.</summary>
    public double PeakToMean { get; init; } = 1;

    public double PeakHour { get; init; } = 14;

    /// <summary>The share of requests that may have to wait for a place: above 0, at most 1.</summary>
    public double WaitingAtMost { get; init; } = 0.05;

    /// <summary>Work that may be done at any time of the day: the mean is enough.</summary>
    public bool CanWait { get; init; }

    /// <summary>Of an hour of sound; text has its lengths.</summary>
    public double TokensPerHourOfSound { get; init; }

    /// <summary>Requests (or hours of sound) per hour over the day.</summary>
    public DayProfile Hourly => DayProfile.Wave(PerDay / DayProfile.Hours, CanWait ? 1 : PeakToMean, PeakHour);
}

/// <param name="Before">The first step.</param>
/// <param name="After">The last.</param>
/// <param name="Origin">Who says so.</param>
public sealed record ClaimedCost(Money Before, Money After, Provenance Origin);

/// <param name="Name">What is done.</param>
/// <param name="Setup">How it then is.</param>
public sealed record ScenarioStep(string Name, ScenarioSetup Setup);

/// <summary>How a service is served and paid for.</summary>
/// <param name="Serving">On what.</param>
/// <param name="Payment">How an accelerator-hour is paid.</param>
public sealed record ScenarioSetup(Serving Serving, Payment Payment)
{
    /// <summary>Equal parts of the demand that are served apart: sites, or groups of clients.</summary>
    public int Sites { get; init; } = 1;

    /// <summary>
    /// The share of its mean demand that each site has copies of its own for, the rest going to copies for all; null where each has all that it needs.
    /// </summary>
    public double? BaseShare { get; init; }

    /// <summary>Copies that each of them has however little is asked.</summary>
    public int LeastCopies { get; init; } = 1;

    /// <summary>Whether copies come and go on the hour; otherwise the busiest hour's stay.</summary>
    public bool Hourly { get; init; }

    /// <summary>Shares of the requests that go elsewhere.</summary>
    public IReadOnlyList<ScenarioRoute> Routes { get; init; } = [];

    /// <summary>Clouds among which to choose, in place of <see cref="Payment"/>; none is no choice.</summary>
    public IReadOnlyList<ScenarioCloud> Clouds { get; init; } = [];

    /// <summary>Moved to a cloud and back per million tokens.</summary>
    public decimal GigabytesPerMillion { get; init; }

    /// <summary>What telling where to costs, per million tokens of all.</summary>
    public decimal RouterPerMillion { get; init; }
}

/// <summary>A cloud that could do it. The cheapest is taken first, until it has no more.</summary>
/// <param name="Name">Of it.</param>
/// <param name="Payment">There.</param>
/// <param name="TransferPerGigabyte">Of data that go there and back.</param>
/// <param name="MostAccelerators">That can be had; null is no limit.</param>
public sealed record ScenarioCloud(string Name, Payment Payment, decimal TransferPerGigabyte, decimal? MostAccelerators);

/// <param name="Name">Where.</param>
/// <param name="Share">Of the requests: 0 to 1.</param>
/// <param name="Serving">On what.</param>
public sealed record ScenarioRoute(string Name, decimal Share, Serving Serving);

/// <summary>What does the work.</summary>
public abstract record Serving
{
    private Serving()
    {
    }

    /// <summary>A language model: its physics is estimated.</summary>
    public sealed record Text(EstimateRequest Request) : Serving;

    /// <summary>
    /// A model of sound, of which there is no physics here: how much faster than real time it runs is stated, with where it was seen.
    /// </summary>
    /// <param name="Accelerator">Key of the chip.</param>
    /// <param name="RealTimeFactor">Hours of sound per accelerator-hour, one stream at a time.</param>
    /// <param name="BatchGain">Times as much with many streams at once.</param>
    public sealed record Sound(string Accelerator, double RealTimeFactor, double BatchGain) : Serving;
}
