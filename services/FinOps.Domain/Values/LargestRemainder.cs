namespace FinOps.Domain.Values;

/// <summary>Splits an amount by weights so that the shares sum to it to the last digit.</summary>
public static class LargestRemainder
{
    /// <summary>
    /// Shares of <paramref name="whole"/> in proportion to <paramref name="weights"/>, each with <paramref name="decimals"/> decimals. What
    /// flooring leaves over goes, one smallest unit each, to the largest remainders; ties go to the earlier weight. No share is negative,
    /// and none is more than one smallest unit off its exact value.
    /// </summary>
    /// <param name="whole">Not negative, with at most <paramref name="decimals"/> decimals.</param>
    /// <param name="weights">Not negative, at least one above zero.</param>
    public static decimal[] Split(decimal whole, IReadOnlyList<decimal> weights, int decimals = Money.AllocationDecimals)
    {
        Invariant.Require(whole >= 0, "what is split is not negative");
        Invariant.Require(decimal.Round(whole, decimals) == whole, $"what is split has at most {decimals} decimals");
        var sum = 0m;
        foreach (var weight in weights)
        {
            Invariant.Require(weight >= 0, "a weight is not negative");
            sum += weight;
        }

        Invariant.Require(sum > 0, "some weight is above zero");

        var unit = new decimal(1, 0, 0, false, (byte)decimals);
        var shares = new decimal[weights.Count];
        var remainders = new (decimal Remainder, int Index)[weights.Count];
        var left = whole;
        for (var i = 0; i < shares.Length; i++)
        {
            // Divide first: whole × weight may not fit a decimal, and the order of the remainders is all that the quotient's last digit decides.
            var exact = whole * (weights[i] / sum);
            shares[i] = Floor(exact, decimals);
            remainders[i] = (exact - shares[i], i);
            left -= shares[i];
        }

        Array.Sort(remainders, static (a, b) => b.Remainder != a.Remainder ? b.Remainder.CompareTo(a.Remainder) : a.Index.CompareTo(b.Index));
        for (var i = 0; left > 0; i = (i + 1) % remainders.Length)
        {
            if (weights[remainders[i].Index] == 0) continue;
            shares[remainders[i].Index] += unit;
            left -= unit;
        }

        // The quotient is rounded in its 28th digit, so a floor may come out one unit high; take it back where there is something to take.
        for (var i = remainders.Length - 1; left < 0; i = (i + remainders.Length - 1) % remainders.Length)
        {
            if (shares[remainders[i].Index] < unit) continue;
            shares[remainders[i].Index] -= unit;
            left += unit;
        }

        Invariant.Require(shares.Sum() == whole, "shares sum to the whole");
        return shares;
    }

    private static decimal Floor(decimal value, int decimals) => decimal.Round(value, decimals, MidpointRounding.ToZero);
}
