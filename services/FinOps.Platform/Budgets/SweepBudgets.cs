using System.Collections.Concurrent;
using FinOps.Platform.Hosting;
using Hangfire;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>
/// Revisits open budgets whose tenant has news since the last sweep: a nudge that was lost with its process costs a minute. Harmless when
/// it runs twice, at once, or is killed midway: what was evaluated is evaluated again.
/// </summary>
public sealed class SweepBudgets(NpgsqlDataSource database, IGrainFactory grains)
{
    // It comes again in a minute by itself.
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellation)
    {
        var tenants = await BudgetWatch.TenantsWithNewsAsync(database, cancellation);
        var failures = new ConcurrentQueue<Exception>();
        await Parallel.ForEachAsync(
            tenants,
            new ParallelOptions { MaxDegreeOfParallelism = Limits.BudgetEvaluationsInFlight, CancellationToken = cancellation },
            async (tenant, _) =>
            {
                try
                {
                    await grains.GetGrain<IBudgetGrain>(tenant).CatchUpAsync();
                }
                catch (Exception failure)
                {
                    // One tenant's trouble must not cost the others their turn.
                    failures.Enqueue(new InvalidOperationException($"The budgets of {tenant} were not evaluated.", failure));
                }
            });
        if (!failures.IsEmpty) throw new AggregateException(failures);
    }
}
