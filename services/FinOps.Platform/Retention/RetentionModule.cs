using Hangfire;

namespace FinOps.Platform.Retention;

/// <summary>What is kept only for a while.</summary>
public static class RetentionModule
{
    public static IRecurringJobManager Retention(this IRecurringJobManager jobs)
    {
        jobs.AddOrUpdate<ForgetOldRows>("forget-old-rows", job => job.RunAsync(CancellationToken.None), "*/15 * * * *");
        return jobs;
    }
}
