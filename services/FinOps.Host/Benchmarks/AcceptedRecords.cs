using FinOps.Domain.Metering;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;

namespace FinOps.Host.Benchmarks;

/// <summary><see cref="BenchmarkRecords"/> as acceptance lets them pass.</summary>
internal static class AcceptedRecords
{
    /// <param name="run">Names the tenants.</param>
    /// <param name="count">Of the week.</param>
    /// <param name="part">Makes the ids others than those of another part.</param>
    public static IEnumerable<MeterRecord> Of(string run, int count, int part = 0)
    {
        var rules = new AcceptanceRules(TimeProvider.System.GetUtcNow(), Limits.AcceptanceWindowBack, Limits.AcceptanceWindowAhead, run, _ => true);
        foreach (var record in BenchmarkRecords.Of(run, count))
        {
            var (accepted, rejection) = Acceptance.Decide(Reported(record, part), rules);
            if (accepted is null) throw new InvalidOperationException($"A record was refused: {rejection!.Message}");
            yield return new MeterRecord(accepted, RecordDigest.Of(accepted));
        }
    }

    private static ReportedRecord Reported(Contracts.UsageRecord record, int part) => new()
    {
        Tenant = record.Tenant,
        Id = part == 0 ? record.Id : $"p{part}-{record.Id}",
        Source = record.Source,
        Model = record.Model,
        Fleet = record.Fleet,
        OccurredAt = record.OccurredAt,
        Status = record.Status,
        Quantities = [.. record.Quantities],
        Tags = record.Tags is null ? null : [.. record.Tags],
    };
}
