using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

/// <summary>
/// The records of one batch that belong to one meter. Not changed after it was sent, so a silo may pass it on as it is. An array, because
/// whatever the compiler makes for a list has no name that another process knows.
/// </summary>
[Immutable]
[GenerateSerializer]
[Alias("finops.meter-batch.v1")]
public sealed record MeterBatch(
    [property: Id(0)] string? BatchId,
    [property: Id(1)] MeterRecord[] Records)
{
    /// <summary>A batch for each record, where several were gathered.</summary>
    [Id(2)]
    public string?[]? BatchIds { get; init; }

    internal PendingRecord[] Pending()
    {
        var pending = new PendingRecord[Records.Length];
        for (var i = 0; i < pending.Length; i++) pending[i] = new PendingRecord(Records[i].Record, Records[i].Digest, BatchIds is null ? BatchId : BatchIds[i]);
        return pending;
    }
}

/// <summary>A record beside its digest, which the sender of the batch has computed.</summary>
[Immutable]
[GenerateSerializer]
[Alias("finops.meter-record.v1")]
public readonly record struct MeterRecord([property: Id(0)] UsageRecord Record, [property: Id(1)] RecordDigest Digest);

/// <summary>What a meter has counted.</summary>
[Immutable]
[GenerateSerializer]
[Alias("finops.meter-totals.v1")]
public sealed record MeterTotals(
    [property: Id(0)] long Records,
    [property: Id(1)] long Incomplete,
    [property: Id(2)] long Failed,
    [property: Id(3)] Quantities Quantities);

/// <summary>A meter's grain key: tenant and model with a separator that no name may hold.</summary>
public static class MeterKey
{
    private const char Separator = '\u001f';

    public static string Of(Meter meter) => $"{meter.Tenant}{Separator}{meter.Model}";

    public static Meter Parse(string key)
    {
        var at = key.IndexOf(Separator, StringComparison.Ordinal);
        Invariant.Require(at > 0, "a meter's key holds tenant and model");
        return new Meter(new TenantId(key[..at]), new ModelId(key[(at + 1)..]));
    }
}
