namespace FinOps.Simulation.Platform;

/// <summary>Commits what waits, one group at a time, and tells the meters' activations what became of their streams.</summary>
internal sealed class Lane(World world, Host host, Ledger ledger, int number)
{
    private readonly LedgerCommit commit = new(world, host, number);

    public bool IsIdle { get; private set; } = true;

    /// <summary>A commit is under way before the callers of the one before it are told.</summary>
    public async Task RunAsync()
    {
        IsIdle = false;
        var answer = () => { };
        while (ledger.Take(this) is { Count: > 0 } group)
        {
            var committing = CommitAsync(group);
            answer();
            var results = await committing;
            ledger.Release(group);
            answer = () => Answer(group, results);
        }

        IsIdle = true;
        answer();
    }

    private async Task<List<FlushResult>> CommitAsync(List<Flush> group)
    {
        var known = group.FindAll(f => f.Belief.State is not null);
        var told = known.Count > 0 ? await commit.RunAsync(known) : [];
        var results = group.ConvertAll(FlushResult (f) => known.IndexOf(f) switch
        {
            -1 => new FlushResult.Unread(),
            var place => told?[place] ?? new FlushResult.Failed(),
        });
        for (var i = 0; i < group.Count; i++) group[i].Belief.Take(results[i]);
        return results;
    }

    private void Answer(List<Flush> group, List<FlushResult> results)
    {
        for (var i = 0; i < group.Count; i++) group[i].Complete(results[i]);
        host.Budgets.Committed(group.Where((_, i) => results[i] is FlushResult.Committed));
    }
}
