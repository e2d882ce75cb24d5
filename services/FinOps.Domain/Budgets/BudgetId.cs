using System.Globalization;
using System.Text;
using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>Names a budget, for ever. It is part of stream names, so it holds no slash.</summary>
public readonly record struct BudgetId
{
    public const int MaxLength = 128;

    public BudgetId(string value) =>
        Value = Flaw(value) is { } flaw ? throw new RejectedException(new Rejection("budget_id_invalid", "id", $"The id {flaw}.")) : value;

    public string Value { get; }

    /// <returns>Null when the text may be an id, else what is wrong with it.</returns>
    public static string? Flaw(string? text) => Name.SegmentFlaw(text, MaxLength);

    public override string ToString() => Value;
}

/// <summary>
/// Names one alert: the same crossing has the same id in every process, on every try and after every rebuild, so that receivers drop what
/// they have seen. Only letters, digits, <c>_</c>, <c>-</c> and <c>~</c>, which escapes the rest: in the header it travels in, a dot
/// separates.
/// </summary>
public static class AlertId
{
    public static string Of(BudgetId budget, Crossing crossing)
    {
        var period = crossing.PeriodStart.UtcDateTime.ToString("yyyy-MM-dd'T'HHmm'Z'", CultureInfo.InvariantCulture);
        var threshold = crossing.ThresholdPercent.ToString(CultureInfo.InvariantCulture);
        var kind = crossing.Kind switch
        {
            ThresholdKind.Percent => "",
            ThresholdKind.Absolute => "a",
            ThresholdKind.Forecast => "f",
            ThresholdKind.Drift => "d",
            ThresholdKind.Silence => "s",
            ThresholdKind.Target => "t",
            ThresholdKind.Anomaly => "u",
            _ => throw new System.Diagnostics.UnreachableException(crossing.Kind.ToString()),
        };
        return $"alert_{Escape(budget.Value)}_{period}_{kind}{Escape(threshold)}";
    }

    /// <summary>A notice on an alert is a message of its own, at most one of each kind per alert, or per ordinal.</summary>
    public static string Of(PeriodEvent happened) => happened switch
    {
        ThresholdCrossed => Of(happened.Id, happened.Crossing),
        ThresholdRetracted => $"{Of(happened.Id, happened.Crossing)}_retracted",
        ThresholdRecrossed => $"{Of(happened.Id, happened.Crossing)}_recrossed",
        ThresholdRenotified told => string.Create(CultureInfo.InvariantCulture, $"{Of(happened.Id, happened.Crossing)}_renotified_{told.Ordinal}"),
        _ => throw new System.Diagnostics.UnreachableException(happened.GetType().Name),
    };

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'_') escaped.Append((char)octet);
            else escaped.Append(CultureInfo.InvariantCulture, $"~{octet:x2}");
        }

        return escaped.ToString();
    }
}
