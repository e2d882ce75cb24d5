using System.Globalization;
using GraphQL.Types;
using GraphQLParser.AST;

namespace FinOps.Platform.Graph.Scalars;

/// <summary>Instants: ISO 8601, always UTC with <c>Z</c> in answers, up to 7 fractional digits. An argument may name an offset; none means UTC.</summary>
internal sealed class InstantScalar : ScalarGraphType
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    public InstantScalar()
    {
        Name = "DateTime";
        Description = "An instant such as 2026-01-31T23:45:00Z, with up to 7 fractional digits; without an offset it is UTC.";
    }

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLStringValue text => Parse(text.Value.ToString()),
        _ => ThrowLiteralConversionError(value),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null => null,
        string text => Parse(text),
        DateTimeOffset instant => instant,
        _ => ThrowValueConversionError(value),
    };

    public override object? Serialize(object? value) => value switch
    {
        null => null,
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        _ => ThrowSerializationError(value),
    };

    internal static DateTimeOffset Parse(string text) =>
        DateTimeOffset.TryParseExact(
            text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw new FormatException($"'{(text.Length <= 40 ? text : text[..40] + "…")}' is not an instant such as 2026-01-31T23:45:00Z.");
}
