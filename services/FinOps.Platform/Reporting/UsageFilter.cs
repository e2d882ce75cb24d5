using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Reporting;

/// <summary>Of which usage: a window of event time, and names. A list that is left out means all; an empty one means none.</summary>
public sealed class UsageFilter
{
    /// <summary>Inclusive, on a 15-minute boundary.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Exclusive, on a 15-minute boundary.</summary>
    public required DateTimeOffset To { get; init; }

    public IReadOnlyList<string>? Tenants { get; init; }

    public IReadOnlyList<string>? Models { get; init; }

    public IReadOnlyList<string>? Fleets { get; init; }

    /// <summary>Values of one key are alternatives; of several keys all must hold.</summary>
    public IReadOnlyList<TagCondition>? Tags { get; init; }

    /// <summary>The keys of tags that buckets are kept by, for an error to name.</summary>
    internal static string TagKeys { get; } = string.Join(", ", TagSet.Keys);

    /// <exception cref="RejectedException">Off a boundary, empty, or longer than <see cref="Limits.WindowDays"/>.</exception>
    internal Window Window()
    {
        var window = new Window(From, To);
        if (window.To - window.From > TimeSpan.FromDays(Limits.WindowDays))
            throw new RejectedException(new Rejection("window_too_long", "to", $"A window has at most {Limits.WindowDays} days."));
        return window;
    }

    /// <exception cref="RejectedException">A key by which no bucket is kept, or a value that no bucket has; all such at once.</exception>
    internal IReadOnlyList<(string Key, string? Value)>? TagsWanted()
    {
        if (Tags is null) return null;
        var checks = new List<Rejection>();
        foreach (var (key, value) in Tags.Select(t => (t.Key, t.Value)))
        {
            if (!TagSet.IsKey(key)) checks.AddRange(UnknownTagKey("where.tags", key).Rejections);
            else if (value is not null && !TagSet.IsName(value))
            {
                checks.Add(new Rejection(
                    "tag_value_unkept", "where.tags",
                    $"'{Shown(value)}' is no name, and such values of '{key}' are counted together as '{TagSet.Other}'; ask for that, or for the records."));
            }
        }

        return checks.Count > 0 ? throw new RejectedException([.. checks]) : [.. Tags.Select(t => (t.Key, t.Value))];
    }

    internal static RejectedException UnknownTagKey(string field, string key) => new(new Rejection(
        "tag_key_unknown", field, $"Figures are not kept by the tag '{Shown(key)}'; by these they are: {TagKeys}."));

    private static string Shown(string text) => text.Length <= TagSet.MaxEscapedLength ? text : $"{text[..TagSet.MaxEscapedLength]}…";
}

/// <summary>A tag that usage must have.</summary>
public sealed class TagCondition
{
    /// <summary>One of those by which figures are kept: application, environment, feature, project, team.</summary>
    public required string Key { get; init; }

    /// <summary>Null is usage without that tag.</summary>
    public string? Value { get; init; }
}
