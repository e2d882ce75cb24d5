using FinOps.Platform.Hosting;

namespace FinOps.Platform.Reservations;

/// <summary>Settings of section <c>Reservations</c>.</summary>
public sealed class ReservationOptions
{
    /// <summary>How long a gateway waits for an answer before the budget's own choice is the answer; the same in all processes.</summary>
    public TimeSpan Patience { get; set; } = Limits.ReservationPatience;
}
