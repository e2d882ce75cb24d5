using System.Globalization;
using FinOps.Platform.Metering;
using FinOps.Platform.Tests.Fixtures;
using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;

namespace FinOps.Platform.Tests.Faults;

/// <summary>No schedule depends on a tick: whoever missed ten of them does at the next what the ten would have done.</summary>
public sealed class MissedTicksTests(RunningHost host) : IClassFixture<RunningHost>
{
    [Fact]
    [Trait("Reliability", "T20")]
    public void Nothing_is_scheduled_by_reminders()
    {
        var platform = typeof(IMeterGrain).Assembly;
        Assert.DoesNotContain(platform.GetReferencedAssemblies(), a => a.Name!.Contains("Reminders", StringComparison.Ordinal));
        Assert.DoesNotContain(platform.GetTypes(), t => t.GetInterfaces().Any(i => i.Name == "IRemindable"));
    }

    [Fact]
    [Trait("Reliability", "T20")]
    public async Task Every_recurring_job_that_missed_ten_ticks_runs_at_the_next()
    {
        var storage = (JobStorage)host.Services.GetService(typeof(JobStorage))!;
        using var connection = storage.GetConnection();
        var jobs = connection.GetRecurringJobs();
        Assert.NotEmpty(jobs);
        var began = DateTime.UtcNow;
        foreach (var job in jobs)
        {
            var missed = JobHelper.SerializeDateTime(began.AddMinutes(-10));
            connection.SetRangeInHash($"recurring-job:{job.Id}", new Dictionary<string, string> { ["NextExecution"] = missed });
            using var transaction = connection.CreateWriteTransaction();
            transaction.AddToSet("recurring-jobs", job.Id, double.Parse(JobHelper.ToTimestamp(began.AddMinutes(-10)).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            transaction.Commit();
        }

        var ran = await Eventually.SeeAsync(
            () => Task.FromResult(connection.GetRecurringJobs()),
            now => now.All(job => job.LastExecution >= began.AddSeconds(-1) && job.LastJobState == "Succeeded" && job.NextExecution > began));
        Assert.Equal(jobs.Count, ran.Count);
    }
}
