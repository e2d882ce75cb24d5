using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;

namespace FinOps.Domain.Reservations;

/// <summary>Whether a call belongs to a budget's scope, as far as it is known.</summary>
/// <param name="OutsideBy">What of it the scope does not name; null where nothing speaks against it.</param>
/// <param name="Unsaid">What the scope asks for and nobody said: <c>model</c>, <c>fleet</c>, <c>tags</c>. Empty of a call that is outside.</param>
public readonly record struct ScopeFit(string? OutsideBy, IReadOnlyList<string> Unsaid);

/// <summary>Where a call belongs, by what its gateway says of it; null is not said.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Fleet">Its name; empty is a call that no fleet serves.</param>
/// <param name="Tags">All that its usage record will have, by key, ordinal.</param>
public sealed record SaidCall(string? Model, string? Fleet, IReadOnlyList<KeyValuePair<string, string>>? Tags)
{
    /// <summary>As the usage record will be counted: the same names and the same tag set decide.</summary>
    public ScopeFit In(BudgetScope scope)
    {
        var unsaid = new List<string>(3);
        if (!scope.Models.IsEmpty)
        {
            if (Model is null) unsaid.Add("model");
            else if (!scope.Models.Contains(Model, StringComparer.Ordinal)) return Outside("model");
        }

        if (!scope.Fleets.IsEmpty)
        {
            if (Fleet is null) unsaid.Add("fleet");
            else if (!scope.Fleets.Contains(Fleet, StringComparer.Ordinal)) return Outside("fleet");
        }

        if (!scope.Tags.IsEmpty)
        {
            if (Tags is null) unsaid.Add("tags");
            else if (!TagFilter.Holds([.. scope.Tags.Select(t => (t.Key, (string?)t.Value))], TagSet.Of(Tags))) return Outside("tags");
        }

        return new ScopeFit(null, unsaid);
    }

    private static ScopeFit Outside(string field) => new(field, []);
}
