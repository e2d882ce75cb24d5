using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Reporting;

/// <summary>Stored as <c>work_weights_set_v1</c> in the stream <c>work-weights</c>: what tokens weigh from an hour on.</summary>
/// <param name="Fleet">Null is every fleet that has no set of its own.</param>
public sealed record WorkWeightsSet(
    string Name, string? Fleet, DateTimeOffset From, IReadOnlyList<WorkWeightsSet.ClassWeight> Weights, DateTimeOffset RecordedAt, string RecordedBy)
    : BookFact
{
    /// <summary>One stream, since a name means one set wherever it is used.</summary>
    internal const string Stream = "work-weights";

    internal override BookSubject Subject => new(BookSubjectKind.WorkWeights, Fleet);

    /// <param name="UnitClass">The class's name on the wire; one that is not named weighs nothing.</param>
    /// <param name="WorkUnits">Of one token.</param>
    public sealed record ClassWeight(string UnitClass, decimal WorkUnits);

    /// <param name="set">What was decided.</param>
    /// <param name="isDated">Whether the sender said from when; if not, the same set that day is the same.</param>
    /// <param name="now">When.</param>
    /// <param name="by">Whose credential.</param>
    /// <exception cref="RejectedException">When it is recorded: another set has the name.</exception>
    internal static BookEntry Entry(EffectiveWeights set, bool isDated, DateTimeOffset now, string by) => new(
        Stream,
        new WorkWeightsSet(
            set.Weights.Name, set.Fleet?.Value, set.From,
            [.. UnitClass.All.Where(c => set.Weights.Units[c.Ordinal] != 0).Select(c => new ClassWeight(c.Name, set.Weights.Units[c.Ordinal]))], now, by),
        books =>
        {
            SetWorkWeights.RequireOwnName(books.Weights, set.Weights);
            var current = books.Weights.OwnAt(set.Fleet, QuarterHour.Holding(set.From));
            return current is null || (isDated && current.From != set.From) || !current.Weights.SaysTheSameAs(set.Weights);
        });

    internal EffectiveWeights ToWeights()
    {
        var units = new decimal[UnitClass.All.Count];
        foreach (var weight in Weights)
        {
            var unitClass = UnitClass.Find(weight.UnitClass)
                ?? throw new InvalidOperationException($"The stored weights '{Name}' weigh '{weight.UnitClass}', which is no unit class.");
            units[unitClass.Ordinal] = weight.WorkUnits;
        }

        return new EffectiveWeights(Fleet is null ? null : new FleetId(Fleet), From, new WorkWeights(Name, units));
    }
}
