using System.Collections.Immutable;
using FinOps.Domain.Metering;

namespace FinOps.Domain.Budgets;

/// <summary>
/// Which of its tenant's usage a budget counts. Values of one kind are alternatives, of several kinds all must hold; a kind that is not
/// named is no condition. A record that several budgets match counts in each of them, once.
/// </summary>
public sealed class BudgetScope : IEquatable<BudgetScope>
{
    public const int MaxNames = 50;

    /// <summary>All usage of the tenant.</summary>
    public static readonly BudgetScope Everything = new([], [], []);

    /// <param name="models">Names.</param>
    /// <param name="fleets">Names.</param>
    /// <param name="tags">Keys with a value each, as in <see cref="TagFilter"/>.</param>
    public BudgetScope(IEnumerable<string> models, IEnumerable<string> fleets, IEnumerable<(string Key, string Value)> tags)
    {
        Models = [.. models.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Fleets = [.. fleets.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Tags = [.. tags.Distinct().OrderBy(t => t.Key, StringComparer.Ordinal).ThenBy(t => t.Value, StringComparer.Ordinal)];
    }

    public ImmutableArray<string> Models { get; }

    public ImmutableArray<string> Fleets { get; }

    public ImmutableArray<(string Key, string Value)> Tags { get; }

    public bool IsEverything => Models.IsEmpty && Fleets.IsEmpty && Tags.IsEmpty;

    public bool Equals(BudgetScope? other) =>
        other is not null && Models.SequenceEqual(other.Models) && Fleets.SequenceEqual(other.Fleets) && Tags.SequenceEqual(other.Tags);

    public override bool Equals(object? obj) => Equals(obj as BudgetScope);

    public override int GetHashCode() => HashCode.Combine(
        Models.Aggregate(0, HashCode.Combine), Fleets.Aggregate(0, HashCode.Combine), Tags.Aggregate(0, HashCode.Combine));

    public override string ToString() => IsEverything
        ? "everything"
        : string.Join("; ", [.. Models.Select(m => $"model {m}"), .. Fleets.Select(f => $"fleet {f}"), .. Tags.Select(t => $"tag {t.Key}={t.Value}")]);
}
