using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>Tokens of one model in one quarter-hour.</summary>
public readonly record struct TokenUse(ModelId Model, QuarterHour Slot, Quantities Quantities);

/// <summary>What a fleet's tokens of an hour cost by lines that price them, with the overhead on top; its time costs beside that.</summary>
/// <param name="Cost">The exact sum, rounded half to even to 12 decimals.</param>
/// <param name="Shares">Each use's part by each line; they sum to the cost.</param>
/// <param name="IsPriced">By use: whether some line prices it.</param>
public sealed record HourTokenCost(Money Cost, IReadOnlyList<TokenShare> Shares, IReadOnlyList<bool> IsPriced);

/// <param name="Use">Which use, by its place.</param>
/// <param name="Line">Which line.</param>
/// <param name="Cost">To 12 decimals.</param>
public readonly record struct TokenShare(int Use, CostLine Line, decimal Cost);

/// <summary>
/// Prices tokens by the lines in effect. The cost is carried by the tokens that caused it: a share is what the running total, rounded to 12
/// decimals, grows by. With prices of up to 6 decimals per million that is the product itself.
/// </summary>
public static class AccrueTokenCost
{
    /// <param name="uses">Of one hour, in an order that does not depend on who asks.</param>
    /// <param name="linesAt">The lines in effect in a quarter-hour; empty where a bill takes their place.</param>
    /// <returns>Null where no line prices tokens in any of the quarter-hours.</returns>
    public static HourTokenCost? Of(IReadOnlyList<TokenUse> uses, Func<QuarterHour, IReadOnlyList<CostLine>> linesAt)
    {
        var exact = new List<(int Use, CostLine Line, decimal Cost)>();
        var isPriced = new bool[uses.Count];
        Currency? currency = null;
        for (var i = 0; i < uses.Count; i++)
        {
            var lines = linesAt(uses[i].Slot);
            foreach (var line in lines)
            {
                if (line.Terms is not CostTerms.Serverless serverless) continue;
                currency = line.Currency;
                if (!serverless.Prices.IsFor(uses[i].Model)) continue;
                isPriced[i] = true;
                var cost = serverless.Prices.CostOf(uses[i].Quantities);
                if (cost == 0) continue;
                exact.Add((i, line, cost));
                exact.AddRange(lines.Where(l => l.Terms is CostTerms.Overhead).Select(l => (i, l, cost * ((CostTerms.Overhead)l.Terms).Percent / 100)));
            }
        }

        if (currency is not { } paidIn) return null;
        return new HourTokenCost(new Money(Rounded(exact.Sum(e => e.Cost)), paidIn), Shares(exact), isPriced);
    }

    private static List<TokenShare> Shares(List<(int Use, CostLine Line, decimal Cost)> exact)
    {
        var shares = new List<TokenShare>(exact.Count);
        var (running, given) = (0m, 0m);
        foreach (var (use, line, cost) in exact)
        {
            running += cost;
            var next = Rounded(running);
            if (next != given) shares.Add(new TokenShare(use, line, next - given));
            given = next;
        }

        return shares;
    }

    private static decimal Rounded(decimal amount) => decimal.Round(amount, Money.AllocationDecimals, MidpointRounding.ToEven);
}
