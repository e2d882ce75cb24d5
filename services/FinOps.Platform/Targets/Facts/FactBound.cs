using System.Globalization;

namespace FinOps.Platform.Targets.Facts;

/// <summary>What may stand in a field. The bounds lie well beyond what there is, and below a slip of unit: gigabytes given as bytes, watts as kilowatts.</summary>
internal sealed record FactBound<T>(string Field, Func<T, double?> Of, Func<T, double> Least, Func<T, double> Most, string Unit)
{
    public FactBound(string field, Func<T, double?> of, double least, double most, string unit)
        : this(field, of, _ => least, _ => most, unit)
    {
    }

    public FactBound(string field, Func<T, double?> of, double least, Func<T, double> most, string unit)
        : this(field, of, _ => least, most, unit)
    {
    }

    public void Check(T row, FactRow place, List<string> flaws)
    {
        var (value, least, most) = (Of(row), Least(row), Most(row));
        if (value is null || value >= least && value <= most) return;
        flaws.Add(place.Flaw(Field, string.Create(CultureInfo.InvariantCulture, $"is {value}; it lies between {least} and {most}, in {Unit}.")));
    }
}
