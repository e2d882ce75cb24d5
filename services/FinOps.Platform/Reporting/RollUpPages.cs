using FinOps.Domain.Reporting;

namespace FinOps.Platform.Reporting;

/// <summary>The roll-ups that a process keeps: all true for the usage and the books last seen. Beyond its limit the longest unused go.</summary>
/// <param name="cellsKept">The limit.</param>
internal sealed class RollUpPages(int cellsKept)
{
    // A share of cells, not of money: what is dropped at once beyond the limit, so that not every question has to look for the oldest.
    private const double KeptOfLimit = 0.9;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Dictionary<ReportSpan, RollUpPage>> fleets = new(StringComparer.Ordinal);
    private long cells;
    private long questions;

    /// <summary>The pages of the stretches; those that are not there are made by the caller, who completes each.</summary>
    /// <param name="wanted">Fleets with their stretches.</param>
    /// <param name="needsBoth">Whether cells by tenant and model at once are needed.</param>
    /// <param name="hourOfNow">The hour that has begun last.</param>
    /// <param name="mayMake">False takes only what is there.</param>
    /// <returns>Null where something is missing and may not be made.</returns>
    public (IReadOnlyList<RollUpPage> All, IReadOnlyList<RollUpPage> Missing)? Claim(
        IEnumerable<(string Fleet, ReportSpan Span)> wanted, bool needsBoth, int hourOfNow, bool mayMake)
    {
        lock (gate)
        {
            questions++;
            var (all, missing) = (new List<RollUpPage>(), new List<RollUpPage>());
            foreach (var (fleet, span) in wanted)
            {
                var begun = RollUpPage.BegunHourOf(span, hourOfNow);
                var page = fleets.GetValueOrDefault(fleet)?.GetValueOrDefault(span);
                // Why a fleet is idle in an hour that is not over, each moment may tell otherwise.
                if (page is null || page.BegunHour != begun || (begun == hourOfNow && span.LastHour == hourOfNow) || (needsBoth && !page.KeepsBoth))
                {
                    if (!mayMake) return null;
                    missing.Add(page = new RollUpPage(fleet, span, needsBoth, begun));
                }

                page.UsedAt = questions;
                all.Add(page);
            }

            foreach (var page in missing)
            {
                if (!fleets.TryGetValue(page.Fleet, out var spans)) fleets[page.Fleet] = spans = [];
                if (spans.TryGetValue(page.Span, out var old)) cells -= old.Cells;
                spans[page.Span] = page;
            }

            return (all, missing);
        }
    }

    /// <summary>Whoever waits for the page has it now. It stays only if nothing changed since it was claimed.</summary>
    public void Complete(RollUpPage page, RollUp? rollUp)
    {
        lock (gate)
        {
            if (IsKept(page))
            {
                page.Cells = rollUp?.CellCount ?? 1;
                cells += page.Cells;
                DropTheLongestUnused();
            }
        }

        page.Complete(rollUp);
    }

    /// <summary>For who was stopped: the next question makes the page again.</summary>
    public void Abandon(RollUpPage page)
    {
        lock (gate)
        {
            if (page.RollUp.IsCompleted) return;
            if (IsKept(page)) fleets[page.Fleet].Remove(page.Span);
        }

        page.Complete(null);
    }

    public void ForgetAll()
    {
        lock (gate)
        {
            fleets.Clear();
            cells = 0;
        }
    }

    public void ForgetHours(string fleet, IReadOnlyList<int> hours)
    {
        lock (gate) Forget(fleet, p => hours.Any(h => h >= p.Span.FirstHour && h <= p.Span.LastHour));
    }

    public void ForgetFrom(string fleet, int firstSlot)
    {
        lock (gate) Forget(fleet, p => p.Span.End > firstSlot);
    }

    /// <summary>What is being made is forgotten, too: which models it has, nobody knows yet.</summary>
    public void ForgetModelFrom(string model, int firstSlot)
    {
        lock (gate)
        {
            foreach (var fleet in fleets.Keys)
                Forget(fleet, p => p.Span.End > firstSlot && !(p.RollUp is { IsCompleted: true, Result: { } made } && !made.Models.Contains(model)));
        }
    }

    private bool IsKept(RollUpPage page) =>
        fleets.TryGetValue(page.Fleet, out var spans) && spans.TryGetValue(page.Span, out var kept) && ReferenceEquals(kept, page);

    private void Forget(string fleet, Func<RollUpPage, bool> which)
    {
        if (!fleets.TryGetValue(fleet, out var spans)) return;
        foreach (var page in spans.Values.Where(which).ToList())
        {
            spans.Remove(page.Span);
            cells -= page.Cells;
        }
    }

    private void DropTheLongestUnused()
    {
        if (cells <= cellsKept) return;
        foreach (var page in fleets.Values.SelectMany(s => s.Values).Where(p => p.Cells > 0).OrderBy(p => p.UsedAt).ToList())
        {
            if (cells <= cellsKept * KeptOfLimit) return;
            fleets[page.Fleet].Remove(page.Span);
            cells -= page.Cells;
        }
    }
}
