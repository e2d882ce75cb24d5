using FinOps.Domain.Values;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Pricing;

/// <summary>A fact as a mutation or a file brings it.</summary>
internal interface IBookInput
{
    string? Reason { get; }

    /// <exception cref="RejectedException">With every failure at once.</exception>
    BookEntry Decide(DateTimeOffset now, string by);
}

internal static class BookInputs
{
    /// <summary>The fact, with its reason where one was given.</summary>
    /// <exception cref="RejectedException">With every failure at once.</exception>
    public static BookEntry Entry(this IBookInput input, DateTimeOffset now, string by)
    {
        var flaw = input.Reason is null ? null : ReasonFlaw(input.Reason);
        BookEntry entry;
        try
        {
            entry = input.Decide(now, by);
        }
        catch (RejectedException refused) when (flaw is not null)
        {
            throw new RejectedException([.. refused.Rejections, flaw]);
        }

        if (flaw is not null) throw new RejectedException(flaw);
        return entry with { Event = entry.Event with { Reason = input.Reason?.Trim() } };
    }

    /// <returns>Null when it says why.</returns>
    public static Rejection? ReasonFlaw(string? reason) =>
        string.IsNullOrWhiteSpace(reason) || reason.Length > Limits.ReasonLength || reason.Contains('\0', StringComparison.Ordinal)
            ? new Rejection("reason_invalid", "reason", $"`reason` says why, in 1 to {Limits.ReasonLength} characters; it is kept with the fact.")
            : null;
}
