using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Scenarios;

/// <summary>A scenario with what each step costs.</summary>
/// <param name="Scenario">As it was asked.</param>
/// <param name="TokensPerDay">Prompt and answer together.</param>
/// <param name="Steps">In order.</param>
/// <param name="Bought">The same from sellers of tokens or hours, per day; those of whom a price is known.</param>
public sealed record PlayedScenario(Scenario Scenario, double TokensPerDay, IReadOnlyList<PlayedStep> Steps, IReadOnlyList<(string Provider, Money PerDay)> Bought)
{
    private const int DaysPerMonth = 30;
    private const double Million = 1e6;

    public decimal Days => Scenario.Period == ScenarioPeriod.Day ? 1 : DaysPerMonth;

    public Money InPeriod(Money perDay) => new(perDay.Amount * Days, perDay.Currency);

    /// <summary>The share of this demand from which on the last step is cheaper than that seller, if its accelerators stay as they are.</summary>
    public decimal PaysFrom(Money bought) => Steps[^1].PerDay.Amount / bought.Amount;

    /// <summary>Null without tokens.</summary>
    public Money? PerMillion(Money perDay) =>
        TokensPerDay > 0 ? perDay.Currency.Rounded(perDay.Amount / (decimal)(TokensPerDay / Million)) : null;
}

/// <param name="Name">What was done.</param>
/// <param name="PerDay">What it then costs.</param>
/// <param name="Parts">Where requests go, the rest first.</param>
public sealed record PlayedStep(string Name, Money PerDay, IReadOnlyList<PlayedPart> Parts)
{
    /// <summary>At the busiest hour.</summary>
    public double Accelerators => Parts.Sum(p => (double)p.MostAccelerators);
}

/// <param name="Name">Of the model, and where it runs.</param>
/// <param name="Share">Of the requests.</param>
/// <param name="AcceleratorsPerCopy">Of one copy.</param>
/// <param name="MostCopies">At the busiest hour.</param>
/// <param name="Utilisation">The share of the paid hours' capacity that is used.</param>
/// <param name="PerDay">What it costs.</param>
/// <param name="SecondsPerOutputToken">Null of sound.</param>
public sealed record PlayedPart(
    string Name, decimal Share, double AcceleratorsPerCopy, double MostCopies, double Utilisation, Money PerDay, double? SecondsPerOutputToken)
{
    /// <summary>At the busiest hour.</summary>
    public decimal MostAccelerators => (decimal)(MostCopies * AcceleratorsPerCopy);

    /// <summary>Clouds that were chosen, with their shares of the work; none where there was no choice.</summary>
    public IReadOnlyList<(string Name, decimal Share)> Clouds { get; init; } = [];
}
