using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Corrections;

/// <summary>Corrections of usage: facts beside facts. What was reported before stays reported as of then.</summary>
public sealed class CorrectionMutations
{
    /// <summary>One record counts no longer. Its id stays taken: amend it to count it with other content.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static Task<CorrectionReport> VoidRecord(
        VoidRecordInput input, [FromServices] IServiceProvider services, [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var asked = AskedCorrection.Of(viewer.Name, input.Reason, input.DryRun);
        var identity = Identity(input.Tenant, input.Source, input.Id, input.Model, input.OccurredAt, viewer);
        return services.GetRequiredService<CorrectRecord>().VoidAsync(identity, asked, cancellation);
    }

    /// <summary>One record counts with other content: model, fleet, time, quantities, tags, status; not its identity. A voided one counts again.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static Task<CorrectionReport> AmendRecord(
        AmendRecordInput input, [FromServices] IServiceProvider services, [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var asked = AskedCorrection.Of(viewer.Name, input.Reason, input.DryRun);
        var identity = Identity(input.Tenant, input.Source, input.Id, input.Model, input.OccurredAt, viewer);
        return services.GetRequiredService<CorrectRecord>().AmendAsync(identity, input.Content.ToAmended(), asked, cancellation);
    }

    /// <summary>All that a named backfill brought counts no longer. Its ids may come again under another name; its own is used up.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static Task<CorrectionReport> VoidBackfill(
        VoidBackfillInput input, [FromServices] IServiceProvider services, [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var asked = AskedCorrection.Of(viewer.Name, input.Reason, input.DryRun);
        var checks = new Checks();
        checks.Named(input.Backfill, "backfill");
        if (input.Tenant is not null) checks.Named(input.Tenant, "tenant");
        checks.ThrowIfAny();
        var tenant = input.Tenant is null ? (TenantId?)null : new TenantId(input.Tenant);
        return services.GetRequiredService<VoidBackfill>().RunAsync(input.Backfill, tenant, asked, cancellation);
    }

    private static RecordIdentity Identity(string tenant, string source, string id, string? model, DateTimeOffset? occurredAt, Viewer viewer)
    {
        var checks = new Checks();
        checks.Named(tenant, "tenant");
        checks.Named(source, "source");
        checks.Named(id, "id");
        if (model is not null) checks.Named(model, "model");
        checks.ThrowIfAny();
        var whose = new TenantId(tenant);
        if (!viewer.MaySee(whose))
            throw new RejectedException(new Rejection("tenant_not_permitted", "tenant", $"This credential does not cover tenant '{tenant}'."));
        return new RecordIdentity(whose, source, id, model is null ? null : new ModelId(model), occurredAt);
    }
}

/// <summary>A record to void, by its identity.</summary>
public sealed class VoidRecordInput
{
    public required string Tenant { get; init; }

    public required string Source { get; init; }

    public required string Id { get; init; }

    /// <summary>The model that it was counted under, where known: the record is found sooner.</summary>
    public string? Model { get; init; }

    /// <summary>When it was counted for, where known: only that month is searched.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>Why; kept with the correction.</summary>
    public required string Reason { get; init; }

    /// <summary>Only tell what would change.</summary>
    public bool? DryRun { get; init; }
}

/// <summary>A record to amend, by its identity.</summary>
public sealed class AmendRecordInput
{
    public required string Tenant { get; init; }

    public required string Source { get; init; }

    public required string Id { get; init; }

    /// <summary>The model that it was counted under, where known: the record is found sooner.</summary>
    public string? Model { get; init; }

    /// <summary>When it was counted for, where known: only that month is searched.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>What is right.</summary>
    public required AmendedContentInput Content { get; init; }

    /// <summary>Why; kept with the correction.</summary>
    public required string Reason { get; init; }

    /// <summary>Only tell what would change.</summary>
    public bool? DryRun { get; init; }
}

/// <summary>What is left out stays; <c>remove</c> takes away.</summary>
public sealed class AmendedContentInput
{
    public string? Model { get; init; }

    public string? ModelVersion { get; init; }

    public string? Fleet { get; init; }

    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary><c>ok</c> or <c>failed</c>.</summary>
    public string? Status { get; init; }

    /// <summary>All of them anew, under the wire's names; wholes (<c>inputTotal</c>, <c>outputTotal</c>) may stand beside their parts.</summary>
    public IReadOnlyList<QuantityInput>? Quantities { get; init; }

    /// <summary>All of them anew.</summary>
    public IReadOnlyList<TagInput>? Tags { get; init; }

    public IReadOnlyList<RemovableContent>? Remove { get; init; }

    internal AmendedContent ToAmended() => new()
    {
        Model = Model,
        ModelVersion = ModelVersion,
        Fleet = Fleet,
        OccurredAt = OccurredAt,
        Status = Status,
        Quantities = Quantities?.Select(q => new KeyValuePair<string, long?>(q.UnitClass, q.Value)).ToArray(),
        Tags = Tags?.Select(t => new KeyValuePair<string, string>(t.Key, t.Value)).ToArray(),
        Remove = Remove ?? [],
    };
}

/// <summary>So many of a unit class; without a value where the source could not tell.</summary>
public sealed class QuantityInput
{
    public required string UnitClass { get; init; }

    public long? Value { get; init; }
}

/// <summary>A label.</summary>
public sealed class TagInput
{
    public required string Key { get; init; }

    public required string Value { get; init; }
}

/// <summary>A backfill to void as a whole.</summary>
public sealed class VoidBackfillInput
{
    /// <summary>The name under which it came.</summary>
    public required string Backfill { get; init; }

    /// <summary>Only this tenant's part; all of it when left out.</summary>
    public string? Tenant { get; init; }

    /// <summary>Why; kept with the correction.</summary>
    public required string Reason { get; init; }

    /// <summary>Only tell what would change.</summary>
    public bool? DryRun { get; init; }
}
