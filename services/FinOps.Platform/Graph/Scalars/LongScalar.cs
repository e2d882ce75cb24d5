using System.Globalization;
using GraphQL.Types;
using GraphQLParser.AST;

namespace FinOps.Platform.Graph.Scalars;

/// <summary>Counts: 64-bit whole numbers, a JSON integer both ways.</summary>
internal sealed class LongScalar : ScalarGraphType
{
    public LongScalar()
    {
        Name = "Long";
        Description = "A whole number between -2^63 and 2^63-1.";
    }

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLIntValue number => Parse(number.Value.ToString()),
        _ => ThrowLiteralConversionError(value),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null => null,
        long number => number,
        int number => (long)number,
        JsonNumber number => Parse(number.Text),
        _ => ThrowValueConversionError(value),
    };

    public override object? Serialize(object? value) => value switch
    {
        null => null,
        long number => number,
        int number => (long)number,
        _ => ThrowSerializationError(value),
    };

    private static long Parse(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{text}' is not a whole number of 64 bits.");
}
