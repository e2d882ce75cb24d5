namespace FinOps.Domain.Reporting;

/// <summary>Amounts by kind; they add up like everything in a cell.</summary>
public sealed class AmountsBy<T>
    where T : struct, Enum
{
    private static readonly T[] Kinds = Enum.GetValues<T>();

    /// <summary>Nothing of any kind; never added to.</summary>
    public static readonly AmountsBy<T> None = new();

    private decimal[]? amounts;

    /// <summary>What is not zero, in the order of the kinds.</summary>
    public IEnumerable<(T Kind, decimal Amount)> All =>
        amounts is null ? [] : Kinds.Zip(amounts).Where(a => a.Second != 0);

    public decimal Sum => amounts?.Sum() ?? 0;

    internal void Add(T kind, decimal amount) => (amounts ??= new decimal[Kinds.Length])[Array.IndexOf(Kinds, kind)] += amount;

    internal void Add(AmountsBy<T> other)
    {
        if (other.amounts is not { } added) return;
        amounts ??= new decimal[Kinds.Length];
        for (var i = 0; i < added.Length; i++) amounts[i] += added[i];
    }
}
