using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using FinOps.Domain.CostImports;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.CostImports;

/// <summary>A file of costs, read and summed; nothing is decided yet.</summary>
/// <param name="Bill">Its rows.</param>
/// <param name="Format">As its header says.</param>
/// <param name="CostColumn">Where the amounts come from.</param>
/// <param name="FileDigest">SHA-256 of its bytes, uncompressed, in hex.</param>
/// <param name="Digest">Of that and of how it was read: the same again says nothing new.</param>
internal sealed record CostFile(BillSums Bill, CostFileFormat Format, string CostColumn, string FileDigest, string Digest);

/// <summary>Reads a file of costs as it was sent: text or bytes, gzipped or not, our own format or FOCUS.</summary>
internal static class ReadCostFile
{
    /// <exception cref="RejectedException">Names what is wrong, by row and column.</exception>
    public static CostFile From(CostImportInput input)
    {
        var bytes = Bytes(input);
        var flaws = new RowFlaws();
        using var text = new StreamReader(new MemoryStream(bytes, writable: false), new UTF8Encoding(false, throwOnInvalidBytes: true));
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture) { BufferSize = 1 << 16 });
        try
        {
            if (!parser.Read()) throw Refused("file_empty", "content", "The file is empty; its first line names the columns.");
            var table = new CostTable([.. parser.Record!.Select(name => name.Trim())], flaws);
            var format = FormatOf(input.Format ?? CostFileFormat.Auto, table);
            var read = Reader(format, input, table, flaws);
            var bill = Sum(parser, table, read, flaws);
            flaws.ThrowIfAny();
            var fileDigest = Hex(SHA256.HashData(bytes));
            return new CostFile(bill, format, format == CostFileFormat.Focus ? FocusRows.ColumnOf(input.Cost ?? FocusCost.Effective) : "amount", fileDigest, DigestOf(fileDigest, format, input));
        }
        catch (CsvHelperException flaw)
        {
            throw Refused("csv_invalid", $"rows[{parser.Row - 1}]", $"Row {parser.Row - 1} is no CSV: {flaw.Message.Split('\n')[0].Trim()} Close every quote, and double quotes inside of quotes.");
        }
        catch (DecoderFallbackException)
        {
            throw Refused("file_not_utf8", "content", "The file is not UTF-8; save it as that.");
        }
    }

    private static Func<BillRow?> Reader(CostFileFormat format, CostImportInput input, CostTable table, RowFlaws flaws)
    {
        if (format == CostFileFormat.Csv)
        {
            if (input.Map is not null || input.Fleet is not null || input.Cost is not null)
                throw Refused("option_unexpected", "map", "A file of our own format names its fleets and has one amount: `map`, `fleet` and `cost` are for FOCUS.");
            HouseRows.RequireColumns(table);
            return () => HouseRows.Read(table);
        }

        if (input.Map is null == input.Fleet is null)
            throw Refused("map_missing", "map", "A FOCUS file names no fleets: give either `map`, its rules from columns to fleets, or `fleet`, whose rows all are.");
        var map = (input.Map?.ToMap() ?? FleetMap.AllTo(input.Fleet!)).Decide();
        var cost = input.Cost ?? FocusCost.Effective;
        FocusRows.RequireColumns(table, cost, map);
        return () => FocusRows.Read(table, cost, map, flaws);
    }

    private static BillSums Sum(CsvParser parser, CostTable table, Func<BillRow?> read, RowFlaws flaws)
    {
        var bill = new BillSums();
        while (parser.Read())
        {
            if (table.Row == Limits.CostImportRows) throw Refused("too_many_rows", "content", $"An import has at most {Limits.CostImportRows} rows; split the file by month.");
            if (!table.Enter(parser.Record!) || read() is not { } row) continue;
            bill.Add(row, flaws);
            if (bill.Periods > Limits.CostImportAmounts)
                throw Refused("too_many_amounts", "content", $"An import has at most {Limits.CostImportAmounts} amounts of a fleet, line and period; split the file by month or by fleet.");
        }

        return bill;
    }

    private static CostFileFormat FormatOf(CostFileFormat asked, CostTable table) =>
        asked != CostFileFormat.Auto ? asked : table.Has(FocusRows.Tell) ? CostFileFormat.Focus : CostFileFormat.Csv;

    private static byte[] Bytes(CostImportInput input)
    {
        if (input.Content is null == input.ContentBase64 is null)
            throw Refused("content_ambiguous", "content", "Give either `content`, the file's text, or `contentBase64`, its bytes.");
        if (input.Content is { } text) return Encoding.UTF8.GetBytes(text);
        try
        {
            var bytes = Convert.FromBase64String(input.ContentBase64!);
            return bytes is [0x1f, 0x8b, ..] ? Unzipped(bytes) : bytes;
        }
        catch (Exception flaw) when (flaw is FormatException or InvalidDataException)
        {
            throw Refused("content_invalid", "contentBase64", $"`contentBase64` cannot be read: {flaw.Message}");
        }
    }

    private static byte[] Unzipped(byte[] bytes)
    {
        using var zipped = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        var part = new byte[1 << 16];
        int read;
        while ((read = zipped.Read(part)) > 0)
        {
            if (plain.Length + read > Limits.CostImportBytes)
                throw Refused("file_too_large", "contentBase64", $"A file has at most {Limits.CostImportBytes} bytes, unzipped; split it by month.");
            plain.Write(part, 0, read);
        }

        return plain.ToArray();
    }

    private static string DigestOf(string fileDigest, CostFileFormat format, CostImportInput input)
    {
        var how = JsonSerializer.Serialize(new { fileDigest, format, input.Cost, input.Map, input.Fleet, input.Netting });
        return Hex(SHA256.HashData(Encoding.UTF8.GetBytes(how)));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static RejectedException Refused(string code, string field, string message) => new(new Rejection(code, field, message));
}
