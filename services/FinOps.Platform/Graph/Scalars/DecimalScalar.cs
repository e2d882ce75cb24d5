using System.Globalization;
using GraphQL.Types;
using GraphQLParser.AST;

namespace FinOps.Platform.Graph.Scalars;

/// <summary>
/// Money and rates. A JSON string on the way out, so that no reader rounds it; a string or a number on the way in, read digit by digit and
/// never through binary floating point. A number that a decimal cannot hold exactly is refused, not rounded.
/// </summary>
internal sealed class DecimalScalar : ScalarGraphType
{
    public DecimalScalar()
    {
        Name = "Decimal";
        Description = "An exact decimal number: a string in answers, a string or a number in arguments.";
    }

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLStringValue text => Exact(text.Value.ToString()),
        GraphQLIntValue number => Exact(number.Value.ToString()),
        GraphQLFloatValue number => Exact(number.Value.ToString()),
        _ => ThrowLiteralConversionError(value),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null => null,
        decimal exact => exact,
        int number => (decimal)number,
        long number => (decimal)number,
        string text => Exact(text),
        JsonNumber number => Exact(number.Text),
        _ => ThrowValueConversionError(value),
    };

    public override object? Serialize(object? value) => value switch
    {
        null => null,
        decimal exact => exact.ToString(CultureInfo.InvariantCulture),
        _ => ThrowSerializationError(value),
    };

    public override GraphQLValue ToAST(object? value) => value is decimal exact
        ? new GraphQLStringValue(exact.ToString(CultureInfo.InvariantCulture))
        : base.ToAST(value);

    /// <summary>JSON's grammar of numbers: sign, digits, fraction, exponent. No spaces, no thousands.</summary>
    /// <exception cref="FormatException">Not a number, or one with more digits than a decimal holds.</exception>
    internal static decimal Exact(string text)
    {
        const NumberStyles grammar = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (text is "" || text.Length > 100 || text[0] == '+' || !decimal.TryParse(text, grammar, CultureInfo.InvariantCulture, out var value))
            throw new FormatException($"'{Shown(text)}' is not a decimal number.");
        if (!IsSame(text, value)) throw new FormatException($"'{Shown(text)}' has more digits than a decimal holds exactly (28).");
        return value;
    }

    /// <summary>Whether the text and what was read from it are one number: the same digits at the same power of ten.</summary>
    private static bool IsSame(string text, decimal value) =>
        Canonical(text) is { } written && written == Canonical(value.ToString(CultureInfo.InvariantCulture));

    /// <returns>Sign and digits without zeros at either end, and the power of ten of the last digit; null where the exponent is absurd.</returns>
    private static (string Digits, int Exponent)? Canonical(string text)
    {
        var mark = text.IndexOfAny(['e', 'E']);
        var exponent = 0;
        if (mark >= 0 && !int.TryParse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return null;
        var number = mark < 0 ? text : text[..mark];
        var sign = number.StartsWith('-') ? "-" : "";
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : number.Length - point - 1;
        var digits = number.Replace(".", "", StringComparison.Ordinal).TrimStart('-').TrimStart('0');
        var significant = digits.TrimEnd('0');
        return significant.Length == 0 ? ("", 0) : (sign + significant, exponent - decimals + digits.Length - significant.Length);
    }

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
