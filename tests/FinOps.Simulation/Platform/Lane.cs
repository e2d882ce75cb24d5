using FinOps.Domain.Metering;

namespace FinOps.Simulation.Platform;

/// <summary>Commits for its meters, one group at a time; what comes meanwhile goes into the next.</summary>
internal sealed class Lane(World world, Host host, int number)
{
    private readonly Queue<Flush> waiting = new();
    private readonly LedgerCommit commit = new(world, host, number);
    private bool running;

    public bool IsIdle => !running && waiting.Count == 0;

    public Task<FlushResult> CommitAsync(Flush flush)
    {
        waiting.Enqueue(flush);
        if (!running) world.Loop.Start(RunAsync);
        return flush.Result;
    }

    private async Task RunAsync()
    {
        running = true;
        while (waiting.Count > 0)
        {
            var group = Gather.UpTo<Flush>(Sizes.RecordsPerCommit, waiting.TryDequeue, f => f.Records.Count);
            var results = await commit.RunAsync(group);
            for (var i = 0; i < group.Count; i++) group[i].Complete(results?[i] ?? new FlushResult.Failed());
            if (results is not null) host.Budgets.Committed(group);
        }

        running = false;
    }
}
