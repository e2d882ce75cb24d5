using System.Globalization;

namespace FinOps.Host.Commands.Targets;

/// <summary>Figures for people: four digits that count, never an exponent.</summary>
internal static class Figures
{
    private const int Digits = 4;

    public static string Text(double value)
    {
        if (value == 0 || !double.IsFinite(value)) return value.ToString(CultureInfo.InvariantCulture);
        var decimals = Digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return decimals <= 0
            ? Math.Round(value).ToString("#,0", CultureInfo.InvariantCulture)
            : Math.Round(value, Math.Min(15, decimals)).ToString("0.###############", CultureInfo.InvariantCulture);
    }

    public static string Text(decimal value) => Text((double)value);

    public static string Percent(double share) => $"{(100 * share).ToString("0.#", CultureInfo.InvariantCulture)} %";

    public static string Milliseconds(double seconds) => Text(1_000 * seconds);
}
