using System.Globalization;
using System.Text.RegularExpressions;

namespace FinOps.Domain.Pricing.Catalogues;

internal enum DecimalReading
{
    Exact,
    NoNumber,
    TooFine,
    TooLarge,
}

/// <summary>
/// Reads the text of a number, scientific notation too, without rounding and never through a double: <c>5.46875e-07</c> is 0.000000546875.
/// </summary>
internal static partial class ExactDecimal
{
    /// <summary>Beyond it a decimal may have to round; no price has as many.</summary>
    private const int MaxDigits = 28;

    private const int MaxLength = 100;

    public static (DecimalReading Reading, decimal Value) Read(string text)
    {
        if (text.Length > MaxLength || Form().Match(text) is not { Success: true } match) return (DecimalReading.NoNumber, 0);
        var (whole, fraction) = (match.Groups["whole"].Value, match.Groups["fraction"].Value);
        var exponent = match.Groups["exponent"] is { Success: true } e ? int.Parse(e.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var digits = (whole + fraction).TrimStart('0');
        var significant = digits.TrimEnd('0');
        if (significant.Length == 0) return (DecimalReading.Exact, 0);
        // The number is 0.digits × 10^point.
        var point = digits.Length - fraction.Length + exponent;
        if (point > MaxDigits) return (DecimalReading.TooLarge, 0);
        if (significant.Length > MaxDigits || significant.Length - point > MaxDigits) return (DecimalReading.TooFine, 0);
        return (DecimalReading.Exact, Trimmed(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)));
    }

    /// <returns>The same number without zeros at its end: divided by a 1 with as many decimals as there are, a decimal loses them.</returns>
    public static decimal Trimmed(decimal value) => value / 1.0000000000000000000000000000m;

    [GeneratedRegex(@"^[+-]?(?<whole>[0-9]+)(\.(?<fraction>[0-9]+))?([eE](?<exponent>[+-]?[0-9]{1,4}))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
