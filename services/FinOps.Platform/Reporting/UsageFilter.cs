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

    /// <exception cref="RejectedException">Off a boundary, empty, or longer than <see cref="Limits.WindowDays"/>.</exception>
    internal Window Window()
    {
        var window = new Window(From, To);
        if (window.To - window.From > TimeSpan.FromDays(Limits.WindowDays))
            throw new RejectedException(new Rejection("window_too_long", "to", $"A window has at most {Limits.WindowDays} days."));
        return window;
    }
}
