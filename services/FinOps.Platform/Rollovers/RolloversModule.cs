using Hangfire;

namespace FinOps.Platform.Rollovers;

/// <summary>The ends of budgets' periods.</summary>
public static class RolloversModule
{
    /// <summary>Hourly, in UTC: zones end their days at any hour, and a clock change moves no run. The first run is now.</summary>
    public static IRecurringJobManager Rollovers(this IRecurringJobManager jobs)
    {
        jobs.AddOrUpdate<EndPeriods>("end-budget-periods", job => job.RunAsync(CancellationToken.None), Cron.Hourly(11));
        jobs.Trigger("end-budget-periods");
        return jobs;
    }
}
