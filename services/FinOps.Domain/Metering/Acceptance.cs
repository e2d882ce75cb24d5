using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>Under which rules records of one batch are accepted.</summary>
/// <param name="Now">The instant of the decision.</param>
/// <param name="Back">How old a live record may be.</param>
/// <param name="Ahead">How far ahead of <paramref name="Now"/> any record may be.</param>
/// <param name="Backfill">Names the backfill; its records may be of any age. Null for live records.</param>
/// <param name="MayReportFor">Whether the sender's credential covers the tenant.</param>
public sealed record AcceptanceRules(
    DateTimeOffset Now, TimeSpan Back, TimeSpan Ahead, string? Backfill, Func<TenantId, bool> MayReportFor);

/// <summary>Decides for one record: a normalised record, or why it is quarantined.</summary>
public static class Acceptance
{
    public const int MaxTags = 32;
    public const long MaxQuantity = 1_000_000_000_000;

    /// <returns>Exactly one of the two is not null.</returns>
    public static (UsageRecord? Record, Rejection? Rejection) Decide(ReportedRecord reported, AcceptanceRules rules)
    {
        if (reported.Unreadable is { } unreadable) return (null, unreadable);
        var flaw = NameFlaw("tenant", reported.Tenant) ?? NameFlaw("id", reported.Id) ?? NameFlaw("source", reported.Source)
            ?? NameFlaw("model", reported.Model) ?? OptionalNameFlaw("modelVersion", reported.ModelVersion)
            ?? OptionalNameFlaw("fleet", reported.Fleet) ?? StatusFlaw(reported.Status) ?? InstantFlaw(reported.OccurredAt, rules);
        if (flaw is not null) return (null, flaw);

        var tenant = new TenantId(reported.Tenant!);
        if (!rules.MayReportFor(tenant))
            return (null, new("tenant_not_permitted", "tenant", $"This credential may not report for tenant '{tenant}'."));
        var (tags, tagFlaw) = Normalised(reported.Tags);
        if (tagFlaw is not null) return (null, tagFlaw);
        var (quantities, missing, quantityFlaw) = Disjoint.Of(reported.Quantities);
        if (quantityFlaw is not null) return (null, quantityFlaw);

        return (new UsageRecord
        {
            Tenant = tenant,
            Id = reported.Id!,
            Source = reported.Source!,
            Model = new ModelId(reported.Model!),
            ModelVersion = reported.ModelVersion,
            Fleet = reported.Fleet,
            OccurredAt = reported.OccurredAt!.Value.ToUniversalTime(),
            Quantities = quantities!,
            Missing = missing,
            Failed = reported.Status == "failed",
            Tags = tags,
            Backfill = rules.Backfill,
        }, null);
    }

    private static Rejection? NameFlaw(string field, string? name) => Name.Flaw(name) is not { } flaw
        ? null
        : string.IsNullOrEmpty(name)
            ? new($"{field}_missing", field, $"`{field}` is missing; every record names one.")
            : new($"{field}_invalid", field, $"`{field}` {flaw}.");

    private static Rejection? OptionalNameFlaw(string field, string? name) => name is null ? null : NameFlaw(field, name);

    private static Rejection? StatusFlaw(string? status) => status is null or "ok" or "failed"
        ? null
        : new("status_unknown", "status", "`status` is 'ok' or 'failed'; without it the call counts as ok.");

    private static Rejection? InstantFlaw(DateTimeOffset? occurredAt, AcceptanceRules rules)
    {
        if (occurredAt is not { } instant)
            return new("occurred_at_missing", "occurredAt", "`occurredAt` is missing; give an ISO 8601 instant.");
        if (instant > rules.Now + rules.Ahead)
        {
            return new("occurred_at_ahead", "occurredAt", string.Create(CultureInfo.InvariantCulture,
                $"`occurredAt` lies more than {rules.Ahead.TotalMinutes} minutes ahead of {rules.Now.UtcDateTime:o}; check the sender's clock."));
        }

        return rules.Backfill is null && instant < rules.Now - rules.Back
            ? new("occurred_at_too_old", "occurredAt", string.Create(CultureInfo.InvariantCulture,
                $"`occurredAt` is more than {rules.Back.TotalDays} days old; send it in a batch that names a `backfill`."))
            : null;
    }

    private static (IReadOnlyList<KeyValuePair<string, string>> Tags, Rejection? Flaw) Normalised(List<KeyValuePair<string, string>>? tags)
    {
        if (tags is null or { Count: 0 }) return ([], null);
        if (tags.Count > MaxTags) return ([], new("too_many_tags", "tags", $"A record has at most {MaxTags} tags."));
        foreach (var (key, value) in tags)
        {
            if (Name.Flaw(key) is { } keyFlaw) return ([], new("tag_invalid", "tags", $"A tag's key {keyFlaw}."));
            if (value.Length > 0 && Name.Flaw(value) is { } valueFlaw)
                return ([], new("tag_invalid", $"tags.{key}", $"The tag's value {valueFlaw}."));
        }

        var sorted = tags.ToArray();
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Key == sorted[i - 1].Key)
                return ([], new("tag_doubled", $"tags.{sorted[i].Key}", "A tag's key stands once."));
        }

        return (sorted, null);
    }
}
