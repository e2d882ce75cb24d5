using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>
/// Turns reported quantities into disjoint classes. A source whose classes overlap reports a whole (<c>inputTotal</c>,
/// <c>outputTotal</c>) beside its parts; what the parts leave is the side's first class.
/// </summary>
public static class Disjoint
{
    private const string InputTotal = "inputTotal";
    private const string OutputTotal = "outputTotal";

    /// <returns>The quantities and the mask of missing classes, or a flaw.</returns>
    public static (Quantities? Quantities, int Missing, Rejection? Flaw) Of(List<KeyValuePair<string, long?>>? reported)
    {
        if (reported is null)
            return (null, 0, new("quantities_missing", "quantities", "`quantities` is missing; a call that used nothing reports {}."));
        Span<long> values = stackalloc long[UnitClass.All.Count];
        values.Clear();
        var (seen, missing) = (0, 0);
        long? inputTotal = null, outputTotal = null;
        foreach (var (name, value) in reported)
        {
            if (Flaw(name, value) is { } flaw) return (null, 0, flaw);
            if (name == InputTotal) (inputTotal, missing) = (value, Unknown(value, UnitClass.UncachedInput, missing));
            else if (name == OutputTotal) (outputTotal, missing) = (value, Unknown(value, UnitClass.Output, missing));
            else if (UnitClass.Find(name) is not { } unitClass)
                return (null, 0, new("class_unknown", $"quantities.{name}", $"'{name}' is no unit class; known are {Known}."));
            else if ((seen & Bit(unitClass)) != 0)
                return (null, 0, new("class_doubled", $"quantities.{name}", $"'{name}' stands more than once."));
            else
            {
                seen |= Bit(unitClass);
                if (value is null) missing |= Bit(unitClass);
                values[unitClass.Ordinal] = value ?? 0;
            }
        }

        var wrong = Subtract(UnitClass.UncachedInput, InputTotal, inputTotal, seen, values)
            ?? Subtract(UnitClass.Output, OutputTotal, outputTotal, seen, values);
        return wrong is null ? (Quantities.Of(values), missing, null) : (null, 0, wrong);
    }

    /// <summary>The name of a side's whole.</summary>
    internal static string WholeOf(UnitSide side) => side switch
    {
        UnitSide.Input => InputTotal,
        UnitSide.Output => OutputTotal,
        _ => throw new InvalidOperationException($"Side {side} has no whole."),
    };

    private static string Known => string.Join(", ", UnitClass.All.Select(c => c.Name).Append(InputTotal).Append(OutputTotal));

    /// <summary>A whole that the source could not tell leaves the side's first class unknown.</summary>
    private static int Unknown(long? whole, UnitClass first, int missing) => whole is null ? missing | Bit(first) : missing;

    private static int Bit(UnitClass unitClass) => 1 << unitClass.Ordinal;

    private static Rejection? Flaw(string name, long? value) => value switch
    {
        < 0 => new("quantity_negative", $"quantities.{name}", $"'{name}' is negative."),
        > Acceptance.MaxQuantity => new("quantity_absurd", $"quantities.{name}", $"'{name}' is above {Acceptance.MaxQuantity}."),
        _ => null,
    };

    /// <summary>What a whole leaves after its parts goes to the side's first class, or must equal it where that was reported, too.</summary>
    private static Rejection? Subtract(UnitClass first, string wholeName, long? whole, int seen, Span<long> values)
    {
        if (whole is not { } total) return null;
        var parts = 0L;
        foreach (var unitClass in UnitClass.All)
        {
            if (unitClass.Side == first.Side && unitClass != first) parts += values[unitClass.Ordinal];
        }

        var rest = total - parts;
        if (rest < 0)
            return new("part_larger_than_whole", $"quantities.{wholeName}", $"The parts of '{wholeName}' sum to {parts}, more than {total}.");
        if ((seen & Bit(first)) != 0 && values[first.Ordinal] != rest)
            return new("whole_contradicted", $"quantities.{wholeName}", $"'{first.Name}' and the parts do not sum to '{wholeName}'.");
        values[first.Ordinal] = rest;
        return null;
    }
}
