using FinOps.Domain.Reporting;

namespace FinOps.Platform.Reporting;

/// <summary>One fleet's roll-up of one stretch, there or being made. It is true for the usage and books that were seen when it was claimed.</summary>
/// <param name="Fleet">Empty where the records named none.</param>
/// <param name="Span">The stretch.</param>
/// <param name="KeepsBoth">Whether it keeps cells by tenant and model at once.</param>
/// <param name="BegunHour">The last of its hours that had begun: later ones cost nothing yet.</param>
internal sealed record RollUpPage(string Fleet, ReportSpan Span, bool KeepsBoth, int BegunHour)
{
    private readonly TaskCompletionSource<RollUp?> made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null where it could not be made: facts contradict each other, or whoever made it was stopped.</summary>
    public Task<RollUp?> RollUp => made.Task;

    /// <summary>When it was last asked for, in questions.</summary>
    public long UsedAt { get; set; }

    /// <summary>Those of it that count against the limit.</summary>
    public int Cells { get; set; }

    public void Complete(RollUp? rollUp) => made.TrySetResult(rollUp);

    public static int BegunHourOf(ReportSpan span, int hourOfNow) => Math.Clamp(hourOfNow, span.FirstHour - 1, span.LastHour);
}
