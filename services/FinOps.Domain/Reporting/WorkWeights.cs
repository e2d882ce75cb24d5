using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>A named set of work units per token, by class: what tokens weigh when an hour's cost is shared.</summary>
public sealed class WorkWeights
{
    /// <summary>The declared weights of the unit classes: they hold until the books say otherwise.</summary>
    public static readonly WorkWeights Declared1 = new("declared-1", [.. UnitClass.All.Select(c => c.DeclaredWorkUnits)]);

    private readonly decimal[] units;

    public WorkWeights(string name, IReadOnlyList<decimal> units)
    {
        Invariant.Require(units.Count == UnitClass.All.Count && units.All(u => u >= 0), "every class has a weight, none below zero");
        Name = name;
        this.units = [.. units];
    }

    /// <summary>Stands on every figure that the set made.</summary>
    public string Name { get; }

    /// <summary>One per class, by ordinal.</summary>
    public IReadOnlyList<decimal> Units => units;

    public bool SaysTheSameAs(WorkWeights other) => other.Name == Name && other.units.AsSpan().SequenceEqual(units);

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
