using FinOps.Contracts;

namespace FinOps.Host.Publishing;

/// <summary>How files are published.</summary>
internal sealed record PublishPlan
{
    public required IReadOnlyList<TraceFile> Files { get; init; }

    public string Format { get; init; } = TraceFormats.Auto;

    /// <summary>Null: each file is a backfill of its own name.</summary>
    public string? Backfill { get; init; }

    /// <summary>The run's name where the files are replayed as live usage; else null.</summary>
    public string? LiveRun { get; init; }
}

/// <summary>Reads files and gives their records to the publisher, in order.</summary>
internal static class PublishFiles
{
    /// <summary>Returns when all is read; <see cref="LanedPublisher.CompleteAsync"/> waits for the answers.</summary>
    /// <exception cref="TraceException">A row cannot be read; the rows before it are given, none after it.</exception>
    public static async Task RunAsync(
        PublishPlan plan, LanedPublisher publisher, PublishTally tally, TimeProvider clock, CancellationToken stop)
    {
        // All formats are known before the first record goes.
        var formats = plan.Files.Select(file => TraceFormats.Of(file, plan.Format)).ToList();
        foreach (var (file, format) in plan.Files.Zip(formats))
        {
            var head = new BatchHead(file.Stem, plan.LiveRun is null ? plan.Backfill ?? file.Name : null);
            try
            {
                foreach (var record in Records(plan, file, format, clock))
                {
                    stop.ThrowIfCancellationRequested();
                    tally.Read();
                    await publisher.AddAsync(record, head, stop);
                }
            }
            catch (InvalidDataException flaw)
            {
                throw new TraceException($"{file.Path} is damaged: {flaw.Message}");
            }
        }
    }

    private static IEnumerable<UsageRecord> Records(PublishPlan plan, TraceFile file, TraceFormat format, TimeProvider clock) =>
        plan.LiveRun is null ? format.Read(file) : LiveShift.Apply(file, () => format.Read(file), plan.LiveRun, clock.GetUtcNow());
}
