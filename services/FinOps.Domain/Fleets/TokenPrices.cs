using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>
/// What a provider takes for a million tokens of each class, of some models or of all. A class without a price of its own takes its parent's;
/// the parents always have one, so no token is free by omission.
/// </summary>
public sealed class TokenPrices : IEquatable<TokenPrices>
{
    private const decimal Millionth = 0.000001m;

    private readonly decimal[] perUnit;

    /// <param name="perMillion">By class; uncached input and output are among them.</param>
    /// <param name="models">Empty is all.</param>
    public TokenPrices(IReadOnlyDictionary<UnitClass, decimal> perMillion, IReadOnlyList<ModelId> models)
    {
        Invariant.Require(perMillion.ContainsKey(UnitClass.UncachedInput) && perMillion.ContainsKey(UnitClass.Output), "a price per token has one for input and one for output");
        PerMillion = perMillion;
        Models = [.. models.Distinct().OrderBy(m => m.Value, StringComparer.Ordinal)];
        perUnit = [.. UnitClass.All.Select(c => Millionth * (perMillion.TryGetValue(c, out var own) ? own : c.Parent is { } parent ? perMillion[parent] : 0))];
    }

    /// <summary>As set; inherited ones are not among them.</summary>
    public IReadOnlyDictionary<UnitClass, decimal> PerMillion { get; }

    /// <summary>Ordinal; empty is all.</summary>
    public IReadOnlyList<ModelId> Models { get; }

    public bool IsFor(ModelId model) => Models.Count == 0 || Models.Contains(model);

    /// <returns>Whether some model would be paid for by both.</returns>
    public bool Meets(TokenPrices other) => Models.Count == 0 || other.Models.Count == 0 || Models.Intersect(other.Models).Any();

    /// <summary>The exact product.</summary>
    public decimal CostOf(Quantities quantities)
    {
        var cost = 0m;
        var values = quantities.AsSpan();
        for (var i = 0; i < values.Length; i++) cost += values[i] * perUnit[i];
        return cost;
    }

    public bool Equals(TokenPrices? other) =>
        other is not null && Models.SequenceEqual(other.Models) && PerMillion.Count == other.PerMillion.Count
        && PerMillion.All(p => other.PerMillion.TryGetValue(p.Key, out var price) && price == p.Value);

    public override bool Equals(object? obj) => Equals(obj as TokenPrices);

    public override int GetHashCode() => HashCode.Combine(PerMillion.Count, Models.Count, PerMillion[UnitClass.Output]);
}
