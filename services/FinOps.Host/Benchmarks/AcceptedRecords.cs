using FinOps.Contracts;
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
        foreach (var record in BenchmarkRecords.Of(run, count)) yield return Accepted(Reported(record, part), run);
    }

    /// <summary>One that a tenant has just called.</summary>
    public static MeterRecord Now(string tenant, string id) => Accepted(
        new ReportedRecord
        {
            Tenant = tenant,
            Id = id,
            Source = "fleet-0",
            Model = "m-0",
            Fleet = "fleet-0",
            OccurredAt = TimeProvider.System.GetUtcNow(),
            Quantities = [new(UnitClasses.UncachedInput, 1_000), new(UnitClasses.Output, 100)],
        },
        backfill: null);

    private static MeterRecord Accepted(ReportedRecord record, string? backfill)
    {
        var rules = new AcceptanceRules(TimeProvider.System.GetUtcNow(), Limits.AcceptanceWindowBack, Limits.AcceptanceWindowAhead, backfill, _ => true);
        var (accepted, rejection) = Acceptance.Decide(record, rules);
        return accepted is null ? throw new InvalidOperationException($"A record was refused: {rejection!.Message}") : new MeterRecord(accepted, RecordDigest.Of(accepted));
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
