using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>
/// The stored event: records of one meter and month that one commit accepted, as columns, because thousands of records fit an event that
/// way in a third of the bytes. A column that says nothing is null. Dictionaries hold each text once; an index column that is null points
/// at entry 0 throughout. Holds quantities, never charges.
/// </summary>
public sealed record UsageRecorded
{
    public required string Tenant { get; init; }

    public required string Model { get; init; }

    /// <summary>Record time.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    public required IReadOnlyList<string> Ids { get; init; }

    public required IReadOnlyList<string> Sources { get; init; }

    public IReadOnlyList<int>? Source { get; init; }

    public required IReadOnlyList<string?> Fleets { get; init; }

    public IReadOnlyList<int>? Fleet { get; init; }

    public IReadOnlyList<string?>? ModelVersions { get; init; }

    public IReadOnlyList<int>? ModelVersion { get; init; }

    public IReadOnlyList<string?>? Backfills { get; init; }

    public IReadOnlyList<int>? Backfill { get; init; }

    /// <summary>UTC ticks of the earliest record.</summary>
    public required long FirstTicks { get; init; }

    /// <summary>Ticks after <see cref="FirstTicks"/>, per record.</summary>
    public required IReadOnlyList<long> TicksAfterFirst { get; init; }

    /// <summary>Per class that occurs: one number per record.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<long>> Quantities { get; init; }

    /// <summary>Per class that some record could not tell: those records' positions.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>>? Missing { get; init; }

    /// <summary>Positions of failed calls.</summary>
    public IReadOnlyList<int>? Failed { get; init; }

    public IReadOnlyList<IReadOnlyDictionary<string, string>>? TagSets { get; init; }

    public IReadOnlyList<int>? TagSet { get; init; }

    /// <param name="records">Of one meter and month, at least one, in the order of their acceptance.</param>
    /// <param name="recordedAt">Record time.</param>
    public static UsageRecorded Pack(IReadOnlyList<UsageRecord> records, DateTimeOffset recordedAt)
    {
        Invariant.Require(records.Count > 0, "a usage event holds a record");
        var month = MeterMonth.Of(records[0]);
        var (ids, ticks) = (new string[records.Count], new long[records.Count]);
        for (var i = 0; i < records.Count; i++)
        {
            Invariant.Require(MeterMonth.Of(records[i]) == month, "a usage event is of one meter and month");
            (ids[i], ticks[i]) = (records[i].Id, records[i].OccurredAt.UtcTicks);
        }

        var first = ticks.Min();
        for (var i = 0; i < ticks.Length; i++) ticks[i] -= first;
        var (sources, source) = Columns.Index(records, r => r.Source);
        var (fleets, fleet) = Columns.Index(records, r => r.Fleet);
        var (versions, version) = Columns.Index(records, r => r.ModelVersion);
        var (backfills, backfill) = Columns.Index(records, r => r.Backfill);
        var (tagSets, tagSet) = Columns.IndexTags(records);
        return new UsageRecorded
        {
            Tenant = month.Meter.Tenant.Value,
            Model = month.Meter.Model.Value,
            RecordedAt = recordedAt,
            Ids = ids,
            Sources = sources!,
            Source = source,
            Fleets = fleets,
            Fleet = fleet,
            ModelVersions = Columns.UnlessAllNull(versions),
            ModelVersion = version,
            Backfills = Columns.UnlessAllNull(backfills),
            Backfill = backfill,
            FirstTicks = first,
            TicksAfterFirst = ticks,
            Quantities = Columns.QuantitiesOf(records),
            Missing = Columns.MissingPositions(records),
            Failed = Columns.Positions(records, r => r.Failed),
            TagSets = tagSets,
            TagSet = tagSet,
        };
    }

    /// <summary>The records again, equal to those packed.</summary>
    public IReadOnlyList<UsageRecord> Unpack()
    {
        var (tenant, model) = (new TenantId(Tenant), new ModelId(Model));
        var failed = Failed?.ToHashSet() ?? [];
        var missing = Columns.MissingMasks(Missing, Ids.Count);
        var columns = Quantities.Select(q => (
            UnitClass: UnitClass.Find(q.Key) ?? throw new InvalidOperationException($"Stored class '{q.Key}' is unknown."), q.Value)).ToArray();
        var tags = TagSets?.Select(Columns.Sorted).ToArray();
        var records = new UsageRecord[Ids.Count];
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = new UsageRecord
            {
                Tenant = tenant,
                Model = model,
                Id = Ids[i],
                Source = Sources[Source?[i] ?? 0],
                Fleet = Fleets[Fleet?[i] ?? 0],
                ModelVersion = ModelVersions?[ModelVersion?[i] ?? 0],
                Backfill = Backfills?[Backfill?[i] ?? 0],
                OccurredAt = new DateTimeOffset(FirstTicks + TicksAfterFirst[i], TimeSpan.Zero),
                Quantities = Values.Quantities.Of([.. columns.Select(c => (c.UnitClass, c.Value[i]))]),
                Missing = missing[i],
                Failed = failed.Contains(i),
                Tags = tags?[TagSet?[i] ?? 0] ?? [],
            };
        }

        return records;
    }
}
