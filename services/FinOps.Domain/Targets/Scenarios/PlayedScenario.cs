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
    public double Accelerators => Parts.Sum(p => p.MostCopies * p.AcceleratorsPerCopy);
}

/// <param name="Name">Of the model, and where it runs.</param>
/// <param name="Share">Of the requests.</param>
/// <param name="AcceleratorsPerCopy">Of one copy.</param>
/// <param name="MostCopies">At the busiest hour.</param>
/// <param name="Utilisation">The share of the paid hours' capacity that is used.</param>
/// <param name="PerDay">What it costs.</param>
/// <param name="SecondsPerOutputToken">Null of sound.</param>
public sealed record PlayedPart(
    string Name, decimal Share, double AcceleratorsPerCopy, double MostCopies, double Utilisation, Money PerDay, double? SecondsPerOutputToken);
