using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Economics;

internal static class RoundedMoney
{
    /// <summary>Quotients have no last digit: they are cut where allocated money is, half to even.</summary>
    public static Money Rounded(this Currency currency, decimal amount) =>
        new(decimal.Round(amount, Money.AllocationDecimals, MidpointRounding.ToEven), currency);
}
