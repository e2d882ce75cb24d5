using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Budgets;

/// <summary>
/// Takes note of committed usage and tells the tenants' grains, at most one call per tenant at a time. What comes meanwhile is gathered, so
/// a busy tenant costs one evaluation after the other and not one per commit. Notes live in memory; <see cref="SweepBudgets"/> finds what
/// is lost with them.
/// </summary>
internal sealed class BudgetNudges(IGrainFactory grains, ILogger<BudgetNudges> log) : BackgroundService, ICommittedUsageListener
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Note> notes = [];

    // Holds a tenant at most once, so it is bounded as the notes are.
    private readonly Channel<string> due = Channel.CreateUnbounded<string>();

    public void Committed(IReadOnlyCollection<CommittedUsage> usage)
    {
        lock (gate)
        {
            foreach (var committed in usage)
            {
                var tenant = committed.Tenant.Value;
                if (!notes.TryGetValue(tenant, out var note))
                {
                    if (notes.Count >= Limits.TenantsNoted) continue;
                    notes.Add(tenant, note = new Note());
                    due.Writer.TryWrite(tenant);
                }

                note.Add(BudgetCalendar.DayOf(committed.First), BudgetCalendar.DayOf(committed.Last), committed.TakesBack);
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Parallel.ForEachAsync(
            DueAsync(stoppingToken),
            new ParallelOptions { MaxDegreeOfParallelism = Limits.BudgetEvaluationsInFlight, CancellationToken = stoppingToken },
            async (tenant, _) => await TellAsync(tenant));

    /// <summary>After a pause, in which a busy tenant's commits come together.</summary>
    private async IAsyncEnumerable<string> DueAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        while (await due.Reader.WaitToReadAsync(stopping))
        {
            await Task.Delay(Limits.BudgetPause, stopping);
            for (var waiting = due.Reader.Count; waiting > 0 && due.Reader.TryRead(out var tenant); waiting--) yield return tenant;
        }
    }

    private async Task TellAsync(string tenant)
    {
        int[]? days;
        bool takesBack;
        lock (gate) days = notes[tenant].Take(out takesBack);
        try
        {
            var budgets = grains.GetGrain<IBudgetGrain>(tenant);
            await (takesBack ? budgets.ReviewAsync(days) : budgets.EvaluateAsync(days));
        }
        catch (Exception failure)
        {
            log.LogWarning(failure, "Budgets of {Tenant} were not evaluated; the sweep will try again", tenant);
        }

        lock (gate)
        {
            // Noted meanwhile: once more. Else forgotten, so that the set holds busy tenants only.
            if (notes[tenant].IsEmpty) notes.Remove(tenant);
            else due.Writer.TryWrite(tenant);
        }
    }

    /// <summary>The UTC days of one tenant's committed usage.</summary>
    private sealed class Note
    {
        private readonly HashSet<int> days = [];
        private bool isAnyDay;
        private bool isTakenBack;

        public bool IsEmpty => !isAnyDay && days.Count == 0;

        public void Add(int first, int last, bool takesBack)
        {
            isTakenBack |= takesBack;
            if (isAnyDay) return;
            for (var day = first; day <= last && days.Count <= Limits.DaysNotedPerTenant; day++) days.Add(day);
            isAnyDay = days.Count > Limits.DaysNotedPerTenant;
        }

        /// <returns>The days, null for any; nothing is left.</returns>
        /// <param name="takesBack">Whether some may have been taken back.</param>
        public int[]? Take(out bool takesBack)
        {
            (takesBack, isTakenBack) = (isTakenBack, false);
            int[]? taken = isAnyDay ? null : [.. days];
            days.Clear();
            isAnyDay = false;
            return taken;
        }
    }
}
