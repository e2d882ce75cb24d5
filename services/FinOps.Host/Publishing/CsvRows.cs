using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace FinOps.Host.Publishing;

/// <summary>A CSV file's rows, one at a time. Strict: a row with too few fields, or a field of the wrong kind, ends the reading.</summary>
internal sealed class CsvRows : IDisposable
{
    private readonly TraceFile file;
    private readonly CsvParser parser;
    private readonly string[] header;

    public CsvRows(TraceFile file)
    {
        this.file = file;
        parser = new CsvParser(file.OpenText(), new CsvConfiguration(CultureInfo.InvariantCulture) { BufferSize = 1 << 16 });
        header = parser.Read() ? [.. parser.Record!.Select(name => name.Trim())] : throw new TraceException($"{file.Path} is empty.");
    }

    /// <summary>Rows read so far, the header not counted: the identity of a row that has no id of its own.</summary>
    public long Number { get; private set; }

    /// <returns>The column's place in a row.</returns>
    public int Column(string name)
    {
        var column = Array.IndexOf(header, name);
        return column >= 0 ? column : throw new TraceException($"{file.Path} has no column '{name}'; it has {string.Join(", ", header)}.");
    }

    /// <summary>Whether the header has it.</summary>
    public bool HasColumn(string name) => header.Contains(name);

    public bool Read()
    {
        try
        {
            if (!parser.Read()) return false;
        }
        catch (CsvHelperException flaw)
        {
            throw new TraceException(file.Path, parser.RawRow, "row", flaw.Message.Split('\n')[0].Trim());
        }

        if (parser.Count != header.Length) throw Flaw("row", $"{header.Length} fields are expected, not {parser.Count}");
        Number++;
        return true;
    }

    public string Text(int column) => parser[column];

    public long Count(int column) =>
        long.TryParse(parser[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw Flaw(column, "a whole number is expected");

    public decimal Decimal(int column) =>
        decimal.TryParse(parser[column], NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Flaw(column, "a number is expected");

    public DateTimeOffset Instant(int column) =>
        TraceInstant.TryParse(parser[column], out var instant) ? instant : throw Flaw(column, TraceInstant.Expected);

    public TraceException Flaw(int column, string flaw) => Flaw($"column '{header[column]}'", $"'{parser[column].Truncated(80)}': {flaw}");

    public void Dispose() => parser.Dispose();

    private TraceException Flaw(string where, string flaw) => new(file.Path, parser.RawRow, where, flaw);
}
