using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Platform.Metering;

// How domain values travel between silos. The domain itself knows no serializer.

[GenerateSerializer]
[Alias("finops.wire.quantities.v1")]
public struct QuantitiesForm
{
    [Id(0)]
    public long[] Values { get; set; }
}

[RegisterConverter]
public sealed class QuantitiesConverter : IConverter<Quantities, QuantitiesForm>
{
    public Quantities ConvertFromSurrogate(in QuantitiesForm surrogate) => Quantities.Of(surrogate.Values);

    public QuantitiesForm ConvertToSurrogate(in Quantities value) => new() { Values = value.AsSpan().ToArray() };
}

[GenerateSerializer]
[Alias("finops.wire.digest.v1")]
public struct RecordDigestForm
{
    [Id(0)]
    public long KeyHigh { get; set; }

    [Id(1)]
    public long KeyLow { get; set; }

    [Id(2)]
    public long Content { get; set; }
}

[RegisterConverter]
public sealed class RecordDigestConverter : IConverter<RecordDigest, RecordDigestForm>
{
    public RecordDigest ConvertFromSurrogate(in RecordDigestForm surrogate) => new(new RecordKey(surrogate.KeyHigh, surrogate.KeyLow), surrogate.Content);

    public RecordDigestForm ConvertToSurrogate(in RecordDigest value) =>
        new() { KeyHigh = value.Key.High, KeyLow = value.Key.Low, Content = value.Content };
}

[GenerateSerializer]
[Alias("finops.wire.usage-record.v1")]
public struct UsageRecordForm
{
    [Id(0)]
    public string Tenant { get; set; }

    [Id(1)]
    public string Source { get; set; }

    [Id(2)]
    public string RecordId { get; set; }

    [Id(3)]
    public string Model { get; set; }

    [Id(4)]
    public string? ModelVersion { get; set; }

    [Id(5)]
    public string? Fleet { get; set; }

    [Id(6)]
    public DateTimeOffset OccurredAt { get; set; }

    [Id(7)]
    public Quantities Quantities { get; set; }

    [Id(8)]
    public int Missing { get; set; }

    [Id(9)]
    public bool Failed { get; set; }

    [Id(10)]
    public KeyValuePair<string, string>[] Tags { get; set; }

    [Id(11)]
    public string? Backfill { get; set; }
}

[RegisterConverter]
public sealed class UsageRecordConverter : IConverter<UsageRecord, UsageRecordForm>
{
    public UsageRecord ConvertFromSurrogate(in UsageRecordForm surrogate) => new()
    {
        Tenant = new TenantId(surrogate.Tenant),
        Source = surrogate.Source,
        Id = surrogate.RecordId,
        Model = new ModelId(surrogate.Model),
        ModelVersion = surrogate.ModelVersion,
        Fleet = surrogate.Fleet,
        OccurredAt = surrogate.OccurredAt,
        Quantities = surrogate.Quantities,
        Missing = surrogate.Missing,
        Failed = surrogate.Failed,
        Tags = surrogate.Tags,
        Backfill = surrogate.Backfill,
    };

    public UsageRecordForm ConvertToSurrogate(in UsageRecord value) => new()
    {
        Tenant = value.Tenant.Value,
        Source = value.Source,
        RecordId = value.Id,
        Model = value.Model.Value,
        ModelVersion = value.ModelVersion,
        Fleet = value.Fleet,
        OccurredAt = value.OccurredAt,
        Quantities = value.Quantities,
        Missing = value.Missing,
        Failed = value.Failed,
        Tags = [.. value.Tags],
        Backfill = value.Backfill,
    };
}
