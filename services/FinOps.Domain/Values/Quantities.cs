namespace FinOps.Domain.Values;

/// <summary>Whole numbers per unit class, never negative. Immutable; adding past 2^63 throws.</summary>
public sealed class Quantities : IEquatable<Quantities>
{
    public static readonly Quantities Zero = new(new long[UnitClass.All.Count]);

    private static readonly int[] Input = Ordinals(UnitSide.Input);
    private static readonly int[] Output = Ordinals(UnitSide.Output);

    private readonly long[] values;

    private Quantities(long[] values) => this.values = values;

    /// <param name="values">One value per class, by ordinal; copied.</param>
    public static Quantities Of(ReadOnlySpan<long> values)
    {
        Invariant.Require(values.Length == UnitClass.All.Count, "quantities hold one value per unit class");
        foreach (var value in values) Invariant.Require(value >= 0, "a quantity is not negative");
        return new Quantities(values.ToArray());
    }

    public static Quantities Of(params ReadOnlySpan<(UnitClass Class, long Value)> parts)
    {
        var values = new long[UnitClass.All.Count];
        foreach (var (unitClass, value) in parts) values[unitClass.Ordinal] += value;
        return Of(values);
    }

    public long this[UnitClass unitClass] => values[unitClass.Ordinal];

    public long InputTotal => Sum(Input);

    public long OutputTotal => Sum(Output);

    public long Total => InputTotal + OutputTotal;

    public ReadOnlySpan<long> AsSpan() => values;

    public static Quantities operator +(Quantities left, Quantities right)
    {
        var sum = new long[left.values.Length];
        for (var i = 0; i < sum.Length; i++) sum[i] = left.values[i] + right.values[i];
        return new Quantities(sum);
    }

    /// <exception cref="InvariantViolatedException">More is taken than there is.</exception>
    public static Quantities operator -(Quantities left, Quantities right)
    {
        var rest = new long[left.values.Length];
        for (var i = 0; i < rest.Length; i++) rest[i] = left.values[i] - right.values[i];
        return Of(rest);
    }

    public bool Equals(Quantities? other) => other is not null && values.AsSpan().SequenceEqual(other.values);

    public override bool Equals(object? obj) => Equals(obj as Quantities);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var value in values) hash.Add(value);
        return hash.ToHashCode();
    }

    public override string ToString() =>
        string.Join(", ", UnitClass.All.Where(c => this[c] != 0).Select(c => $"{c.Name} {this[c]}"));

    private static int[] Ordinals(UnitSide side) => [.. UnitClass.All.Where(c => c.Side == side).Select(c => c.Ordinal)];

    private long Sum(int[] ordinals)
    {
        long sum = 0;
        foreach (var ordinal in ordinals) sum += values[ordinal];
        return sum;
    }
}
