using FinOps.Chaos.Platform;
using FinOps.Contracts;
using FinOps.Host.Benchmarks;
using FinOps.Host.Publishing;
using FinOps.Host.Publishing.Formats;

namespace FinOps.Chaos.Load;

/// <summary>Unique records, and what the books must show for them.</summary>
internal sealed record Workload(IReadOnlyList<UsageRecord> Records, IReadOnlyDictionary<CellKey, Cell> Cells)
{
    /// <summary>Records of the recorded week <c>servegen_events</c>.</summary>
    public const int Week = 1_049_916;

    /// <returns>The recorded week with its own answers, where it is asked for and there; else generated records of that number.</returns>
    public static Workload Of(int count)
    {
        if (count == Week && Repository.Trace("servegen_events.csv.gz") is { } trace)
        {
            var records = ServeGenEvents.Format.Read(new TraceFile(trace, new TraceOptions())).ToList();
            return new Workload(records, Cell.Read(Repository.Trace("servegen_events_rollup_utc_day.csv.gz")!));
        }

        var generated = BenchmarkRecords.Of("chaos", count).ToList();
        return new Workload(generated, Cell.Of(generated));
    }
}
