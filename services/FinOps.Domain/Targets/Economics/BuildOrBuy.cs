using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Economics;

/// <summary>One's own fleet against somebody who sells the same tokens: from which load on it pays.</summary>
/// <param name="FleetHour">What an hour of the fleet costs, used or not.</param>
/// <param name="MillionsPerHour">Million tokens that the fleet makes in an hour at full load, input and output together.</param>
/// <param name="BoughtPerMillion">What a million tokens of the same mix costs there.</param>
public sealed record BuildOrBuy(Money FleetHour, decimal MillionsPerHour, Money BoughtPerMillion)
{
    /// <summary>At full load: fleet-hour / millions per hour.</summary>
    public Money BuiltPerMillion => FleetHour.Currency.Rounded(FleetHour.Amount / MillionsPerHour);

    /// <summary>Millions an hour from which on the fleet is cheaper: fleet-hour / price of a million. May be more than the fleet makes.</summary>
    public decimal BreakEvenMillionsPerHour => FleetHour.Amount / BoughtPerMillion.Amount;

    /// <summary>The share of the fleet's capacity from which on it is cheaper; above 1 it never is.</summary>
    public decimal BreakEvenUtilisation => BreakEvenMillionsPerHour / MillionsPerHour;

    /// <summary>What is saved of the bought price when so much of the capacity is used: 1 − built / (utilisation · bought); negative where buying is cheaper.</summary>
    /// <param name="utilisation">Above 0, at most 1.</param>
    public decimal Saving(decimal utilisation) => 1 - BreakEvenUtilisation / utilisation;

    /// <summary>The utilisation at which so much is saved.</summary>
    /// <param name="saving">Below 1.</param>
    public decimal UtilisationFor(decimal saving) => BreakEvenUtilisation / (1 - saving);

    /// <summary>A mix of input and output at their prices, per million tokens of both together.</summary>
    /// <param name="inputShare">Of the tokens: 0 to 1.</param>
    public static Money Mixed(Money perMillionInput, Money perMillionOutput, decimal inputShare) =>
        new Money(perMillionInput.Amount * inputShare, perMillionInput.Currency) + new Money(perMillionOutput.Amount * (1 - inputShare), perMillionOutput.Currency);
}
