using System.Globalization;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Metering;

/// <summary>What a command says about rows of the quarantine or of the dead letters.</summary>
internal static class RowNumbers
{
    private const int ReasonLetters = 1_000;

    public static long[] Of(IReadOnlyList<string> ids, string field)
    {
        if (ids.Count > Limits.ReplayedAtOnce)
            throw new RejectedException(new Rejection("too_many", field, $"At most {Limits.ReplayedAtOnce} at once; call again with the others."));
        return [.. ids.Select(id => Of(id, field)).Distinct()];
    }

    public static long Of(string? id, string field) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new RejectedException(new Rejection("id_unknown", field, $"`{field}`: there is no '{id}' in this list."));

    public static string Reason(string? reason) =>
        string.IsNullOrWhiteSpace(reason) || reason.Length > ReasonLetters || reason.Contains('\0', StringComparison.Ordinal)
            ? throw new RejectedException(new Rejection("reason_missing", "reason", $"`reason` says in 1 to {ReasonLetters} characters why."))
            : reason;

    /// <exception cref="RejectedException">Some id is not there.</exception>
    public static void RequireAll(long[] asked, IEnumerable<long> found, string field)
    {
        if (asked.Except(found).ToList() is { Count: > 0 } unknown)
            throw new RejectedException(new Rejection("id_unknown", field, $"`{field}`: there is no '{unknown[0]}' in this list. Nothing was done."));
    }
}
