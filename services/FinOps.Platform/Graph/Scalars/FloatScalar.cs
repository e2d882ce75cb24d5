using System.Globalization;
using GraphQL.Types;

namespace FinOps.Platform.Graph.Scalars;

/// <summary>Physics: binary floating point, as the standard has it. Money never is.</summary>
internal sealed class FloatScalar : FloatGraphType
{
    public FloatScalar()
    {
        Name = "Float";
    }

    public override object? ParseValue(object? value) => value is JsonNumber number
        ? double.Parse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture)
        : base.ParseValue(value);
}
