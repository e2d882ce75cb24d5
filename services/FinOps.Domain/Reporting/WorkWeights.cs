using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>A named set of work units per token, by class: what tokens weigh when an hour's cost is shared.</summary>
public sealed class WorkWeights
{
    /// <summary>The declared weights of the unit classes, until a target gives better ones.</summary>
    public static readonly WorkWeights Declared1 = new("declared-1", [.. UnitClass.All.Select(c => c.DeclaredWorkUnits)]);

    /// <summary>Which set holds from when on. One so far; the next is an entry here, and changes figures from its date only.</summary>
    public static readonly Timeline<WorkWeights> ByDate =
        Always(Declared1);

    private readonly decimal[] units;

    /// <summary>One set at all times.</summary>
    public static Timeline<WorkWeights> Always(WorkWeights set) => new([(QuarterHour.Holding(DateTimeOffset.MinValue), set)]);

    public WorkWeights(string name, IReadOnlyList<decimal> units)
    {
        Invariant.Require(units.Count == UnitClass.All.Count && units.All(u => u >= 0), "every class has a weight, none below zero");
        Name = name;
        this.units = [.. units];
    }

    /// <summary>Stands on every figure that the set made.</summary>
    public string Name { get; }

    public decimal Of(Quantities quantities)
    {
        var work = 0m;
        var values = quantities.AsSpan();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] != 0) work += values[i] * units[i];
        }

        return work;
    }
}
