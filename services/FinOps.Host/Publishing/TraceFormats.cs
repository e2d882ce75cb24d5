using FinOps.Host.Publishing.Formats;

namespace FinOps.Host.Publishing;

/// <summary>The formats that we read, and which of them a file has.</summary>
internal static class TraceFormats
{
    public const string Auto = "auto";

    /// <summary>Every format. The first whose marks a file has is taken, so one whose columns include another's stands before it.</summary>
    public static readonly IReadOnlyList<TraceFormat> All =
    [
        ServeGenDeliveries.Format,
        ServeGenEvents.Format,
        Azure.Format,
        BurstGpt.Format,
        Mooncake.Format,
        Exgentic.Format,
        Weka.Format,
        LmCache.Format,
        LlmPerf.Format,
        TraceLab.Format,
        UsageBatches.Format,
        UsageLines.Format,
    ];

    /// <param name="file">The file to read.</param>
    /// <param name="name">A format's name, or <c>auto</c>: by content.</param>
    public static TraceFormat Of(TraceFile file, string name)
    {
        if (name != Auto) return All.Single(format => format.Name == name);
        var opening = TraceOpening.Read(file);
        return All.FirstOrDefault(format => format.IsJson == opening.IsJson && opening.Has(format.Marks))
            ?? throw new TraceException(
                $"{file.Path}: unknown format; it begins with {(opening.IsJson ? "the keys" : "the columns")} "
                + $"{string.Join(", ", opening.Names.Take(8)).Truncated(200)}. Known formats:{Known()}");
    }

    /// <summary>A line per format, for help and for errors.</summary>
    public static string Known() => string.Concat(
        All.Select(format => $"\n  {format.Name,-20} {(format.IsJson ? "JSON" : "CSV ")} with {string.Join(", ", format.Marks)}"));
}
