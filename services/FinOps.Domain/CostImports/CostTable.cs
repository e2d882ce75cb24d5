using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.CostImports;

/// <summary>
/// The cells of a file by column and row. A cell is data, whatever it begins with; an empty one and the text <c>NULL</c> are no value.
/// </summary>
/// <param name="header">The file's own.</param>
/// <param name="flaws">Takes what is wrong with a row.</param>
public sealed class CostTable(IReadOnlyList<string> header, RowFlaws flaws)
{
    private const int DigitsKept = 28;
    private const int ShownOfCell = 80;

    // Exact formats only: a lenient parser would take 03/04 for one of two days.
    private static readonly string[] Formats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd"];

    private readonly Dictionary<string, int> columns = header.Select((name, index) => (name, index)).DistinctBy(c => c.name).ToDictionary();
    private IReadOnlyList<string> cells = [];

    public IReadOnlyList<string> Header => header;

    public int Row { get; private set; }

    public bool Has(string column) => columns.ContainsKey(column);

    /// <exception cref="RejectedException">A column is missing; the message shows the file's own header.</exception>
    public void Require(IEnumerable<string> needed, string format)
    {
        var missing = needed.Where(c => !Has(c)).ToList();
        if (missing.Count == 0) return;
        throw new RejectedException([.. missing.Select(column => new Rejection(
            "column_missing", column,
            $"The file has no column '{column}', which {format} needs. Its header is: {Shown(string.Join(',', header), 1_000)}. Name the column so in the first line; columns are separated by commas."))]);
    }

    /// <returns>False when the row has not as many cells as the header; that is noted.</returns>
    public bool Enter(IReadOnlyList<string> row)
    {
        Row++;
        cells = row;
        if (row.Count == header.Count) return true;
        flaws.Add("fields_mismatch", Row, header[Math.Min(row.Count, header.Count - 1)], $"the header has {header.Count} fields, this row {row.Count}; quote a field that holds a comma.");
        return false;
    }

    /// <returns>Null where the file lacks the column, or the cell says nothing.</returns>
    public string? Text(string column) =>
        columns.TryGetValue(column, out var index) && cells[index].Trim() is { Length: > 0 } text && text != "NULL" ? text : null;

    /// <returns>Null when it is none; that is noted.</returns>
    public string? Name(string column)
    {
        if (Values.Name.Flaw(Text(column)) is not { } flaw) return Text(column);
        flaws.Add("name_invalid", Row, column, $"it {flaw}; write a name of 1 to {Values.Name.MaxLength} characters.");
        return null;
    }

    public decimal? Amount(string column)
    {
        const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (Text(column) is not { } text)
            flaws.Add("amount_missing", Row, column, "an amount is expected; write 0 where nothing was paid.");
        else if (!decimal.TryParse(text, Number, CultureInfo.InvariantCulture, out var amount))
            flaws.Add("amount_invalid", Row, column, $"'{Shown(text)}' is no amount; write it such as -1234.56, without signs of currency or thousands.");
        else if (Math.Abs(amount) > Checks.MaxAmount)
            flaws.Add("amount_too_large", Row, column, $"'{Shown(text)}' is more than is believed ({Checks.MaxAmount}); is it in cents?");
        else if (text.Split('e', 'E')[0].Count(char.IsAsciiDigit) > DigitsKept && text.Split('e', 'E')[0].Where(char.IsAsciiDigit).SkipWhile(d => d == '0').Count() > DigitsKept)
            flaws.Add("amount_too_fine", Row, column, $"'{Shown(text)}' has more than {DigitsKept} digits and would be rounded; write fewer.");
        else return amount;
        return null;
    }

    public Currency? Currency(string column)
    {
        if (Text(column) is { } code && Iso4217.IsCode(code)) return new Currency(code);
        flaws.Add("currency_invalid", Row, column, $"'{Shown(Text(column) ?? "")}' is no currency; write an ISO 4217 code such as USD.");
        return null;
    }

    /// <returns>An instant on a 15-minute boundary, in UTC; one without a zone is UTC.</returns>
    public DateTimeOffset? Boundary(string column)
    {
        if (Instant(column) is not { } instant) return null;
        if (QuarterHour.IsBoundary(instant)) return instant;
        flaws.Add(
            "off_boundary", Row, column,
            $"'{Text(column)}' lies on no 15-minute boundary; the one before is {Written(QuarterHour.Holding(instant).Start)}, the next {Written(QuarterHour.NextBoundary(instant))}.");
        return null;
    }

    /// <returns>A period that is not empty.</returns>
    public (QuarterHour First, QuarterHour End)? Period(string from, string to)
    {
        var (start, end) = (Boundary(from), Boundary(to));
        if (start is not { } first || end is not { } last) return null;
        if (last > first) return (QuarterHour.Holding(first), QuarterHour.Holding(last));
        flaws.Add("window_empty", Row, to, $"the period {Written(first)} to {Written(last)} is empty; its end is exclusive and lies after its start.");
        return null;
    }

    public static string Written(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private DateTimeOffset? Instant(string column)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(Text(column), Formats, CultureInfo.InvariantCulture, Utc, out var instant)) return instant;
        flaws.Add("instant_invalid", Row, column, $"'{Shown(Text(column) ?? "")}' is no instant; write it such as 2026-03-01T00:00:00Z (no zone means UTC).");
        return null;
    }

    private static string Shown(string text, int most = ShownOfCell) => text.Length <= most ? text : $"{text[..most]}…";
}
