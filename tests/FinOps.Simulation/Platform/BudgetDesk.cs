using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Simulation.Load;
using FinOps.Simulation.Store;

namespace FinOps.Simulation.Platform;

/// <summary>
/// Budgets as one host sees them: told after commits, and by a sweep of what the telling lost. What it remembers may be old; the unique row
/// decides. Every host has one, so each budget has several writers.
/// </summary>
internal sealed class BudgetDesk(World world, Host host)
{
    private readonly Dictionary<BudgetId, Budget.Open> known = [];
    private readonly Dictionary<TenantId, HashSet<Window>> noted = [];
    private bool running;

    public bool IsIdle => !running;

    /// <summary>Told by a lane after its commit.</summary>
    public void Committed(IEnumerable<Flush> group)
    {
        foreach (var flush in group)
        {
            if (world.Faults.Strike(Fault.NudgeLost, 0.6)) continue;
            if (!noted.TryGetValue(flush.Meter.Tenant, out var months)) noted.Add(flush.Meter.Tenant, months = []);
            foreach (var month in flush.Months) months.Add(Spend.MonthOf(month));
        }

        if (!running && noted.Count > 0) world.Loop.Start(EvaluateNotedAsync);
    }

    public async Task SweepAsync()
    {
        var life = host.Life;
        var seen = -1L;
        while (world.Mutation != Mutation.NoBudgetSweep && !world.IsDone)
        {
            await life.Pause(Sizes.BudgetSweep);
            var counted = world.Books.Tally.GetValueOrDefault(RecordOutcome.Accepted);
            if (counted == seen || running) continue;
            var whole = true;
            foreach (var tenant in world.Books.Buckets.Keys.ToArray()) whole &= await EvaluateAsync(tenant, touched: null);
            if (whole) seen = counted;
        }
    }

    private async Task EvaluateNotedAsync()
    {
        running = true;
        while (noted.Count > 0)
        {
            // A busy tenant costs one evaluation after the other, not one per commit.
            await host.Life.Pause(TimeSpan.FromMilliseconds(500));
            var taken = noted.ToArray();
            noted.Clear();
            foreach (var (tenant, months) in taken) await EvaluateAsync(tenant, months);
        }

        running = false;
    }

    /// <param name="tenant">Whose budgets.</param>
    /// <param name="touched">Null is every month.</param>
    /// <returns>False when it did not come to its end; the sweep does then.</returns>
    private async Task<bool> EvaluateAsync(TenantId tenant, HashSet<Window>? touched)
    {
        for (var turn = 1; turn <= Sizes.BudgetTurns; turn++)
        {
            var spends = await world.Database.ReadAsync(host.Life, () => Spend.PerMonth(world.Books, tenant));
            if (spends is null) return false;
            switch (await RecordAsync(tenant, spends.Where(s => touched?.Contains(s.Key) ?? true).ToArray()))
            {
                case null:
                    return false;
                case AlertAnswer.Inserted:
                    return true;
            }

            world.Faults.Count(Fault.StaleBudget);
        }

        return false;
    }

    /// <returns>Null when the database did not answer.</returns>
    private async Task<AlertAnswer?> RecordAsync(TenantId tenant, KeyValuePair<Window, Money>[] spends)
    {
        foreach (var budget in Tariff.OpenBudgets.Where(b => b.Terms.Tenant == tenant))
        {
            foreach (var (month, spend) in spends)
            {
                if (!known.TryGetValue(budget.Id, out var open))
                {
                    if (await world.Database.ReadAsync(host.Life, () => world.Books.Alerts.Load(budget)) is not { } loaded) return null;
                    known[budget.Id] = open = loaded;
                }

                var crossings = BudgetDecider.Decide(new RecordSpend(month, spend, host.Clock, Backfilled: false), open)
                    .Cast<ThresholdCrossed>().ToList();
                if (crossings.Count == 0) continue;
                var answer = await world.Database.ReadAsync(host.Life, () => (AlertAnswer?)world.Books.Alerts.Insert(crossings));
                known.Remove(budget.Id);
                if (answer != AlertAnswer.Inserted) return answer;
                known[budget.Id] = (Budget.Open)crossings.Aggregate((Budget)open, BudgetDecider.Evolve);
            }
        }

        return AlertAnswer.Inserted;
    }
}
