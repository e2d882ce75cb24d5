using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>The rate of one unit class, or why there is none.</summary>
public abstract record Price
{
    private Price()
    {
    }

    /// <param name="Rate">Per unit; where the price is graduated, of the first units that are not free.</param>
    /// <param name="Inherited">Whether it is the parent class's.</param>
    /// <param name="Graduation">How the rate changes with the units of the month; null where each unit costs the same.</param>
    public sealed record Priced(Rate Rate, bool Inherited, Graduation? Graduation = null) : Price;

    /// <summary>A token class without a rate, whose parent has none either. Shown, never taken for zero.</summary>
    public sealed record Unpriced(string Reason) : Price;

    /// <summary>Requests and seconds are charged only where the card says so.</summary>
    public sealed record NotCharged : Price;
}

/// <summary>A charge in the card's currency, and how many tokens it stands on.</summary>
/// <param name="Amount">The exact sum of rate × quantity; of priced classes only.</param>
/// <param name="UnpricedTokens">Tokens of classes without a rate.</param>
/// <param name="InheritedTokens">Tokens that took their parent class's rate.</param>
public readonly record struct Charge(decimal Amount, long UnpricedTokens, long InheritedTokens);
