using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Reporting;
using GraphQL;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Metering;

/// <summary>One usage record as it was accepted.</summary>
/// <param name="Tenant">Who pays.</param>
/// <param name="Source">Who reported; with tenant and id the record's identity.</param>
/// <param name="Id">The record's id, as the source gave it.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="ModelVersion">Where the source told it.</param>
/// <param name="Fleet">Null: unattributed.</param>
/// <param name="OccurredAt">Event time, to the tick.</param>
/// <param name="RecordedAt">Record time.</param>
/// <param name="Status"><c>ok</c> or <c>failed</c>.</param>
/// <param name="Backfill">The named backfill that brought it.</param>
/// <param name="Quantities">Classes that occur; null where the source could not tell.</param>
/// <param name="Tags">Sorted by key.</param>
/// <param name="State">Whether this content counts.</param>
/// <param name="VoidedAt">Since when it counts no longer, and nothing does in its place.</param>
/// <param name="AmendedAt">When an amendment brought this content; of content that was replaced, when that was.</param>
/// <param name="Reason">Of the correction that brought it or took it back.</param>
[ConnectionName("UsageRecord")]
[Name("UsageRecord")]
public sealed record UsageRecordView(
    string Tenant,
    string Source,
    string Id,
    string Model,
    string? ModelVersion,
    string? Fleet,
    DateTimeOffset OccurredAt,
    DateTimeOffset RecordedAt,
    string Status,
    string? Backfill,
    IReadOnlyList<QuantityView> Quantities,
    IReadOnlyList<TagView> Tags,
    UsageRecordState State,
    DateTimeOffset? VoidedAt,
    DateTimeOffset? AmendedAt,
    string? Reason)
{
    internal static UsageRecordView Of(PlacedRecord placed)
    {
        var (record, taken) = (placed.Record, placed.TakenBy);
        var quantities = UnitClass.All
            .Select(c => (Class: c, Missing: (record.Missing & (1 << c.Ordinal)) != 0))
            .Where(c => c.Missing || record.Quantities[c.Class] != 0)
            .Select(c => new QuantityView(c.Class.Name, c.Missing ? null : record.Quantities[c.Class]));
        return new UsageRecordView(
            record.Tenant.Value, record.Source, record.Id, record.Model.Value, record.ModelVersion, record.Fleet, record.OccurredAt,
            placed.RecordedAt, record.Failed ? "failed" : "ok", record.Backfill, [.. quantities],
            [.. record.Tags.Select(t => new TagView(t.Key, t.Value))],
            taken is null ? UsageRecordState.Live : taken.Replaced ? UsageRecordState.Replaced : UsageRecordState.Voided,
            taken is { Replaced: false } ? taken.At : null,
            taken is { Replaced: true } ? taken.At : placed.AmendedBecause is null ? null : placed.RecordedAt,
            taken?.Reason ?? placed.AmendedBecause);
    }
}

/// <summary>Whether a record's content counts.</summary>
public enum UsageRecordState
{
    /// <summary>It counts.</summary>
    Live,

    /// <summary>An amendment put other content in its place.</summary>
    Replaced,

    /// <summary>It was taken back.</summary>
    Voided,
}

/// <summary>So many of a unit class; null where the source could not tell.</summary>
[Name("Quantity")]
public sealed record QuantityView(string UnitClass, long? Value);

/// <summary>A label of a record.</summary>
[Name("Tag")]
public sealed record TagView(string Key, string Value);

/// <summary>What a meter's grain has counted: the live figure, as committed.</summary>
[Name("Meter")]
public sealed record MeterView(string Tenant, string Model, long Records, long Incomplete, long Failed, long InputTotal, long OutputTotal, long Total);

/// <summary>From a figure down to its records.</summary>
public sealed class MeteringQueries
{
    /// <summary>
    /// The records behind a figure, stream by stream in the order in which they were recorded: what counts, with its current content.
    /// <c>includeVoided</c> shows beside it what was taken back or replaced.
    /// </summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<Connection<UsageRecordView>> UsageRecordsAsync(
        UsageFilter where, int? first, string? after, [FromServices] IServiceProvider services, [FromServices] Viewer viewer,
        CancellationToken cancellation, bool? includeVoided = false)
    {
        var page = PageRequest.Of(first, after);
        var filter = new UsageRecordFilter(where.Window(), viewer.Narrow(where.Tenants), where.Models, where.Fleets, includeVoided ?? false, where.TagsWanted());
        var records = await services.GetRequiredService<UsageRecords>().ReadAsync(filter, page.Take, page.AfterKey, cancellation);
        var shown = page.Page(records, r => r.Place);
        return new Connection<UsageRecordView>(
            [.. shown.Edges.Select(e => new Edge<UsageRecordView>(e.Cursor, UsageRecordView.Of(e.Node)))], shown.PageInfo);
    }

    /// <summary>A meter's live totals from its grain; null where the viewer may not see it or nothing was ever counted.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<MeterView?> MeterAsync(
        string tenant, string model, [FromServices] IGrainFactory grains, [FromServices] Viewer viewer)
    {
        var meter = new Meter(new TenantId(tenant), new ModelId(model));
        if (!viewer.MaySee(meter.Tenant)) return null;
        var totals = await grains.GetGrain<IMeterGrain>(MeterKey.Of(meter)).TotalsAsync();
        var quantities = totals.Quantities;
        return totals.Records == 0 ? null : new MeterView(
            tenant, model, totals.Records, totals.Incomplete, totals.Failed, quantities.InputTotal, quantities.OutputTotal, quantities.Total);
    }
}
