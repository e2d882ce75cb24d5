using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.CostImports;

/// <summary>
/// A file's rows, summed by fleet, line and charge period: thousands of rows of a fleet's hour become one amount. What belongs nowhere, or is
/// left out, is summed as well, so that every row of the file is accounted for.
/// </summary>
public sealed class BillSums
{
    private readonly Dictionary<(string Fleet, string Line), BillLine> lines = [];
    private readonly Dictionary<string, RowSum> unmapped = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RowSum> leftOut = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RowSum> categories = new(StringComparer.Ordinal);

    public Currency? Currency { get; private set; }

    public RowSum Total { get; private set; }

    /// <summary>Amounts kept so far, for the caller to bound.</summary>
    public int Periods { get; private set; }

    /// <summary>By fleet and line.</summary>
    public IReadOnlyList<BillLine> Lines => [.. lines.OrderBy(l => l.Key.Fleet, StringComparer.Ordinal).ThenBy(l => l.Key.Line, StringComparer.Ordinal).Select(l => l.Value)];

    /// <summary>What no rule maps, by what it is of.</summary>
    public IReadOnlyList<(string What, RowSum Sum)> Unmapped => Ordered(unmapped);

    /// <summary>What a rule leaves out, by its reason.</summary>
    public IReadOnlyList<(string What, RowSum Sum)> LeftOut => Ordered(leftOut);

    /// <summary>Every row, by charge category.</summary>
    public IReadOnlyList<(string What, RowSum Sum)> Categories => Ordered(categories);

    public void Add(BillRow row, RowFlaws flaws)
    {
        if (Currency is { } one && one != row.Currency)
        {
            flaws.Add("currency_mixed", row.Number, "currency", $"the row is in {row.Currency}, those before it in {one}; import a file per currency.");
            return;
        }

        Currency = row.Currency;
        Total = Total.With(row.Amount);
        categories[row.Category] = categories.GetValueOrDefault(row.Category).With(row.Amount);
        switch (row.Place)
        {
            case CostPlace.OfFleet place:
                if (!lines.TryGetValue((place.Fleet.Value, place.Line), out var line)) lines[(place.Fleet.Value, place.Line)] = line = new BillLine(place.Fleet, place.Line, place.IsShared);
                if (line.IsShared != place.IsShared)
                    flaws.Add("shared_invalid", row.Number, "fleet", $"'{place.Fleet}' is a fleet in one rule and shared in another; give them different names.");
                if (line.Add(row)) Periods++;
                break;
            case CostPlace.LeftOut place:
                leftOut[place.Reason] = leftOut.GetValueOrDefault(place.Reason).With(row.Amount);
                break;
            case CostPlace.Unmapped place:
                unmapped[place.What] = unmapped.GetValueOrDefault(place.What).With(row.Amount);
                break;
            default:
                throw new InvalidOperationException($"A row belongs to {row.Place}, which is no place.");
        }
    }

    private static IReadOnlyList<(string, RowSum)> Ordered(Dictionary<string, RowSum> sums) =>
        [.. sums.OrderByDescending(s => Math.Abs(s.Value.Amount)).ThenBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value))];
}

/// <summary>How many rows, and their exact sum.</summary>
public readonly record struct RowSum(int Rows, decimal Amount)
{
    public RowSum With(decimal amount) => new(Rows + 1, Amount + amount);

    public static RowSum operator +(RowSum left, RowSum right) => new(left.Rows + right.Rows, left.Amount + right.Amount);
}

/// <summary>One line of a fleet in a bill.</summary>
public sealed class BillLine(FleetId fleet, string line, bool? isShared)
{
    private readonly SortedDictionary<(int First, int End), decimal> periods = [];

    public FleetId Fleet => fleet;

    public string Line => line;

    /// <summary>Null where the file does not say.</summary>
    public bool? IsShared => isShared;

    public RowSum Sum { get; private set; }

    /// <summary>The start of what the bill covers.</summary>
    public DateTimeOffset From { get; private set; } = DateTimeOffset.MaxValue;

    public DateTimeOffset To { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>
    /// Each period's sum, to 12 decimals: a period takes what the running total, rounded, grows by, so that all of them sum to the line's
    /// total, rounded once.
    /// </summary>
    public IReadOnlyList<PaidAmount> Rounded()
    {
        var amounts = new List<PaidAmount>(periods.Count);
        var (running, given) = (0m, 0m);
        foreach (var ((first, end), amount) in periods)
        {
            running += amount;
            var next = decimal.Round(running, Money.AllocationDecimals, MidpointRounding.ToEven);
            amounts.Add(new PaidAmount(new QuarterHour(first), new QuarterHour(end), next - given));
            given = next;
        }

        return amounts;
    }

    /// <returns>Whether the period is a new one.</returns>
    internal bool Add(BillRow row)
    {
        Sum = Sum.With(row.Amount);
        if (row.CoversFrom < From) From = row.CoversFrom;
        if (row.CoversTo > To) To = row.CoversTo;
        var isNew = !periods.TryGetValue((row.First.Index, row.End.Index), out var sum);
        periods[(row.First.Index, row.End.Index)] = sum + row.Amount;
        return isNew;
    }
}
