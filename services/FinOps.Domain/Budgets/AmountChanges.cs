using System.Collections;

namespace FinOps.Domain.Budgets;

/// <summary>Amounts that hold for periods that start at or after a date; rising by date. The last one that has come holds.</summary>
public sealed class AmountChanges : IReadOnlyList<AmountFrom>, IEquatable<AmountChanges>
{
    public const int MaxCount = 100;

    public static readonly AmountChanges None = new([]);

    private readonly IReadOnlyList<AmountFrom> changes;

    private AmountChanges(IReadOnlyList<AmountFrom> changes) => this.changes = changes;

    public int Count => changes.Count;

    public AmountFrom this[int index] => changes[index];

    /// <summary>In any order; of two of one date the later one counts.</summary>
    public static AmountChanges Of(IEnumerable<AmountFrom> changes) =>
        new([.. changes.GroupBy(c => c.From.ToUniversalTime()).Select(g => new AmountFrom(g.Key, g.Last().Amount)).OrderBy(c => c.From)]);

    public AmountChanges With(AmountFrom change) => Of(changes.Append(change));

    public bool Equals(AmountChanges? other) => other is not null && changes.SequenceEqual(other.changes);

    public override bool Equals(object? obj) => Equals(obj as AmountChanges);

    public override int GetHashCode() => changes.Aggregate(0, HashCode.Combine);

    public IEnumerator<AmountFrom> GetEnumerator() => changes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
