using System.IO.Compression;
using System.Text;
using FinOps.Contracts;

namespace FinOps.Host.Publishing;

/// <summary>What the command line says about a file's records. What is null, the file or its name decides.</summary>
internal sealed record TraceOptions
{
    public static readonly DateTimeOffset DefaultStart = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string? Tenant { get; init; }

    public string? Model { get; init; }

    public string? Fleet { get; init; }

    /// <summary>Where a relative clock starts. A file with instants of its own does not use it.</summary>
    public DateTimeOffset Start { get; init; } = DefaultStart;
}

/// <summary>A file of usage, gzipped or not, and how a row of it becomes a usage record.</summary>
internal sealed class TraceFile(string path, TraceOptions options)
{
    public string Path { get; } = path;

    /// <summary>The file's name; also the name of its backfill.</summary>
    public string Name { get; } = System.IO.Path.GetFileName(path);

    /// <summary>The name without <c>.gz</c>, <c>.csv</c>, <c>.jsonl</c> …: source, tenant and model of a file that names none.</summary>
    public string Stem { get; } = StemOf(System.IO.Path.GetFileName(path));

    public TraceOptions Options { get; } = options;

    public TextReader OpenText() => new StreamReader(OpenBytes(), Encoding.UTF8, true, bufferSize: 1 << 16);

    /// <summary>The file's bytes, decompressed where its first two bytes are those of gzip, whatever it is called.</summary>
    public Stream OpenBytes()
    {
        var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
        var isGzip = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        return isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>An instant of a clock that starts at <see cref="TraceOptions.Start"/>; cut, not rounded, at 7 digits.</summary>
    public DateTimeOffset At(decimal seconds) => Options.Start.AddTicks((long)decimal.Floor(seconds * TimeSpan.TicksPerSecond));

    /// <param name="id">Unique for the tenant and source.</param>
    /// <param name="occurredAt">When the call happened.</param>
    /// <param name="quantities">By unit class.</param>
    /// <param name="tenant">The row's own; null where it has none.</param>
    /// <param name="source">The row's own; null where it has none.</param>
    /// <param name="model">The row's own; null where it has none.</param>
    public UsageRecord Record(
        string id,
        DateTimeOffset occurredAt,
        Dictionary<string, long?> quantities,
        string? tenant = null,
        string? source = null,
        string? model = null) =>
        new()
        {
            Tenant = Options.Tenant ?? tenant ?? Stem,
            Id = id,
            Source = source,
            Model = Options.Model ?? model ?? Stem,
            Fleet = Options.Fleet ?? source ?? Stem,
            OccurredAt = occurredAt,
            Quantities = quantities,
        };

    private static string StemOf(string name)
    {
        string[] endings = [".gz", ".csv", ".jsonl", ".ndjson", ".json"];
        while (endings.FirstOrDefault(e => name.Length > e.Length && name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) is { } ending)
            name = name[..^ending.Length];
        return name;
    }
}
