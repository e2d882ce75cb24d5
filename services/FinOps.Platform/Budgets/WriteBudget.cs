using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Alerts;
using FinOps.Platform.Reservations;
using Marten;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>What a budget became.</summary>
/// <param name="Secret">The webhook's, when this write set it; it is shown once.</param>
/// <param name="Alerts">To deliver.</param>
internal sealed record WrittenBudget(Budget State, string? Secret, IReadOnlyList<string> Alerts);

/// <summary>
/// Creates, changes or closes a budget: its events, its row, its gate, its webhook, and the crossings by records that are already in, in
/// one transaction.
/// </summary>
internal sealed class WriteBudget(NpgsqlDataSource database, IDocumentStore store, BudgetSpends spends, GateDirectory gates, TimeProvider clock)
{
    /// <param name="id">The budget.</param>
    /// <param name="command">On it.</param>
    /// <param name="secret">The webhook's secret, where the caller brings one.</param>
    /// <param name="webhook">When the webhook sends from now on; null leaves it.</param>
    /// <param name="channels">The budget's alert channels from now on; null leaves them.</param>
    /// <param name="cancellation">Nothing is written when it comes in time.</param>
    /// <exception cref="RejectedException">The command cannot be done.</exception>
    /// <exception cref="StaleBudgetException">Someone else wrote it at the same moment; do it again.</exception>
    public async Task<WrittenBudget> RunAsync(
        BudgetId id, BudgetCommand command, string? secret, AlertChannelOrder? webhook, IReadOnlyList<AlertChannelOrder>? channels,
        CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var before = await BudgetStreams.LoadAsync(session, id, cancellation);
        var events = BudgetDecider.Decide(command, before.State);
        var after = events.Aggregate(before.State, BudgetDecider.Evolve);
        // Read before the transaction: one that asks for a second connection while it holds its first can starve the pool.
        var crossed = events.Count > 0 && after is Budget.Open changed
            ? await CrossingsAsync(session, changed, before.State is Budget.NonExisting, cancellation)
            : [];

        await using var transaction = await BudgetTransaction.BeginAsync(database, store, cancellation);
        if ((await transaction.LockAsync(id, cancellation) ?? 0) != before.Version) throw new StaleBudgetException(id);
        if (events.Count > 0) await AppendAsync(transaction, id, before.Version, events, after, cancellation);
        if (events.Count > 0) await GateOfBudget.FollowAsync(transaction, after, cancellation);
        var shown = after is Budget.Open open ? await WebhookEndpoint.SetAsync(transaction, open, secret, webhook, cancellation) : null;
        if (channels is not null && after is Budget.Open) await AlertDestinations.ReplaceAsync(transaction, id.Value, channels, cancellation);
        foreach (var (known, crossings) in crossed) await RecordCrossings.AddAsync(transaction, known, crossings, cancellation);
        await transaction.CommitAsync(cancellation);
        if (events.Count > 0) gates.Forget();
        return new WrittenBudget(
            after, shown, crossed.SelectMany(c => c.Crossings).Where(c => !c.Suppressed).Select(AlertId.Of).ToList());
    }

    private static async Task AppendAsync(
        BudgetTransaction transaction, BudgetId id, long version, IReadOnlyList<BudgetEvent> events, Budget after,
        CancellationToken cancellation)
    {
        var (tenant, closed, due, watched) = after switch
        {
            Budget.Open open => (open.Terms.Tenant, false, open.Terms.Raise?.Until, open.Terms.IsWatched),
            Budget.Closed shut => (shut.Terms.Tenant, true, null, false),
            _ => throw new System.Diagnostics.UnreachableException(after.GetType().Name),
        };
        var stored = events.Select(e => e.ToStored()).ToArray();
        var row = version == 0
            ? await transaction.ExecuteAsync(
                "insert into finops.budget (id, tenant, version, closed, due_at, watched) values ($1, $2, $3, $4, $5::timestamptz, $6) on conflict do nothing",
                cancellation, id.Value, tenant.Value, (long)stored.Length, closed, due?.ToUniversalTime(), watched)
            : await transaction.ExecuteAsync(
                "update finops.budget set version = version + $2, closed = $3, due_at = $4::timestamptz, watched = $5 where id = $1", cancellation,
                id.Value, (long)stored.Length, closed, due?.ToUniversalTime(), watched);
        if (row == 0) throw new StaleBudgetException(id);
        if (version == 0) transaction.Session.Events.StartStream(BudgetStreams.Key(id), stored);
        else transaction.Session.Events.Append(BudgetStreams.Key(id), version + stored.Length, stored);
    }

    /// <summary>
    /// Records that are already in may cross at once. It belongs to the same transaction: later nobody could tell them from records that
    /// came after. What a change makes cross in the running period is news; all else here is not.
    /// </summary>
    private async Task<List<(Budget.Open Known, IReadOnlyList<PeriodEvent> Crossings)>> CrossingsAsync(
        IQuerySession session, Budget.Open open, bool isNew, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var crossed = new List<(Budget.Open, IReadOnlyList<PeriodEvent>)>();
        var days = await TouchedDays.ReadAsync(database, open.Terms.Tenant.Value, since: null, cancellation);
        var read = new SpendsRead();
        foreach (var period in BudgetCalendar.Touched(open.Terms.Period, days, now))
        {
            var known = await BudgetStreams.FoldCrossingsAsync(session, open, period.From, cancellation);
            // What is foreseen and what is missing is news to whoever sets the budget: the sweep tells it.
            var spend = await spends.ToRecordAsync(open.Terms, period, withForecast: false, read, cancellation)
                with
            { Backfilled = isNew || period.To <= now, MayTakeBack = !isNew };
            var crossings = BudgetDecider.Decide(spend, known).Cast<PeriodEvent>().ToList();
            if (crossings.Count > 0) crossed.Add((known, crossings));
        }

        return crossed;
    }
}
