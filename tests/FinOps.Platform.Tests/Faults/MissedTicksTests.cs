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
        var ran = await Eventually.SeeAsync(
            () => Task.FromResult(connection.GetRecurringJobs().ConvertAll(job => Look(connection, job, began))), now => now.TrueForAll(line => line.StartsWith("done ", StringComparison.Ordinal)));
        Assert.Equal(jobs.Count, ran.Count);
    }

    /// <summary>A host that has just started writes its schedule down itself, and may do so over ours: then it is set back again.</summary>
    private static string Look(IStorageConnection connection, RecurringJobDto job, DateTime began)
    {
        // Which ticks were missed follows from when the job ran last: ten hours hold ten ticks of the rarest.
        if (!(job.LastExecution >= began) && !(job.NextExecution < began)) SetBack(connection, job, began.AddHours(-10));
        return Told(job, began);
    }

    private static void SetBack(IStorageConnection connection, RecurringJobDto job, DateTime missed)
    {
        connection.SetRangeInHash($"recurring-job:{job.Id}", new Dictionary<string, string>
        {
            ["CreatedAt"] = JobHelper.SerializeDateTime(missed.AddHours(-1)),
            ["LastExecution"] = JobHelper.SerializeDateTime(missed),
            ["NextExecution"] = JobHelper.SerializeDateTime(missed),
        });
        using var transaction = connection.CreateWriteTransaction();
        transaction.AddToSet("recurring-jobs", job.Id, double.Parse(JobHelper.ToTimestamp(missed).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        transaction.Commit();
    }

    private static string Told(RecurringJobDto job, DateTime began) =>
        job.LastExecution >= began && job.LastJobState == "Succeeded" && job.NextExecution > began
            ? $"done {job.Id}"
            : string.Create(CultureInfo.InvariantCulture, $"{job.Id} ({job.Cron}) last {job.LastExecution:o} {job.LastJobState}, next {job.NextExecution:o}, {job.Error}; began {began:o}");
}
