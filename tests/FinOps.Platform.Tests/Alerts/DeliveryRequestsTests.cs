using System.Collections.Concurrent;
using FinOps.Platform.Alerts;
using FinOps.Platform.Hosting;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.Extensions.Logging.Abstractions;

namespace FinOps.Platform.Tests.Alerts;

public sealed class DeliveryRequestsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly JobServer server = new();
    private readonly DeliveryRequests requests;

    public DeliveryRequestsTests() => requests = new DeliveryRequests(server, NullLogger<DeliveryRequests>.Instance);

    [Fact]
    public async Task A_job_server_that_does_not_answer_holds_up_nobody_who_raises_an_alert_and_hears_of_all_of_them()
    {
        await requests.StartAsync(CancellationToken.None);

        requests.Deliver("first");
        Assert.True(server.Asked.Wait(Patience));
        requests.Deliver("second");
        requests.Deliver("third", TimeSpan.FromMinutes(1));

        Assert.Empty(server.Taken);
        server.Answers.Set();
        await requests.StopAsync(CancellationToken.None).WaitAsync(Patience);
        Assert.Equal(["first Enqueued", "second Enqueued", "third Scheduled"], server.Taken);
        Assert.False(server.WasAskedOnAPoolThread);
    }

    [Fact]
    public async Task A_job_server_that_fails_is_asked_again_for_the_next_one()
    {
        server.Answers.Set();
        server.Failing = "first";
        await requests.StartAsync(CancellationToken.None);

        requests.Deliver("first");
        requests.Deliver("second");

        await requests.StopAsync(CancellationToken.None).WaitAsync(Patience);
        Assert.Equal(["second Enqueued"], server.Taken);
    }

    [Fact]
    public async Task What_is_more_than_is_kept_is_left_to_the_sweep()
    {
        foreach (var alert in Enumerable.Range(0, Limits.DeliveriesQueued + 1)) requests.Deliver($"{alert}");
        server.Answers.Set();

        await requests.StartAsync(CancellationToken.None);

        await requests.StopAsync(CancellationToken.None).WaitAsync(Patience);
        Assert.Equal(Limits.DeliveriesQueued, server.Taken.Count);
        Assert.DoesNotContain($"{Limits.DeliveriesQueued} Enqueued", server.Taken);
    }

    public void Dispose()
    {
        requests.Dispose();
        server.Dispose();
    }

    /// <summary>Answers when it may.</summary>
    private sealed class JobServer : IBackgroundJobClient, IDisposable
    {
        public ManualResetEventSlim Asked { get; } = new();

        public ManualResetEventSlim Answers { get; } = new();

        public ConcurrentQueue<string> Taken { get; } = new();

        public string? Failing { get; set; }

        public bool WasAskedOnAPoolThread { get; private set; }

        public string Create(Job job, IState state)
        {
            WasAskedOnAPoolThread |= Thread.CurrentThread.IsThreadPoolThread;
            Asked.Set();
            Answers.Wait();
            if (job.Args[0] as string == Failing) throw new InvalidOperationException("The database is away.");
            Taken.Enqueue($"{job.Args[0]} {state.Name}");
            return job.Method.Name;
        }

        public bool ChangeState(string jobId, IState state, string expectedState) => throw new NotSupportedException();

        public void Dispose()
        {
            Asked.Dispose();
            Answers.Dispose();
        }
    }
}
