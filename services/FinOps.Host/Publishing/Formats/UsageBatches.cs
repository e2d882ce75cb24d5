using FinOps.Contracts;

namespace FinOps.Host.Publishing.Formats;

/// <summary>The contract's own batches (<see cref="UsageReported"/>), one or many. Records are batched anew; their sources stay.</summary>
internal static class UsageBatches
{
    public static readonly TraceFormat Format = new("usage_reported", true, ["source", "records"], Read);

    private static IEnumerable<UsageRecord> Read(TraceFile file)
    {
        var number = 0;
        foreach (var batch in UsageLines.ReadValues(file))
        {
            number++;
            if (batch.Records is null) throw new TraceException($"{file.Path}, batch {number}, 'records': are missing");
            for (var i = 0; i < batch.Records.Length; i++)
                yield return UsageLines.ToRecord(file, $"batch {number}, record {i + 1}", batch.Records[i], batch.Source);
        }
    }
}
