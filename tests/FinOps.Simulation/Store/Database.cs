using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Simulation.Time;

namespace FinOps.Simulation.Store;

/// <summary>
/// The server and the way to it: statements take time, connections break, it is away for a while, and the answer to a commit may be lost
/// although it is on disk. To the caller every failure looks the same: null or false.
/// </summary>
internal sealed class Database(World world)
{
    private readonly Statements statements = new(world, world.Books);
    private readonly List<Transaction> open = [];
    private DateTimeOffset backAt;

    public Task<Transaction?> BeginAsync(Life life) => AskAsync(life, null, () =>
    {
        var transaction = new Transaction(life);
        open.Add(transaction);
        return Task.FromResult<Transaction?>(transaction);
    });

    public Task<Before?> EnterAsync(Transaction transaction, IReadOnlyList<string> ids, IReadOnlyList<RecordDigest> digests) =>
        AskAsync(transaction.Owner, transaction, () => statements.EnterAsync(transaction, ids, digests));

    public async Task<AppendAnswer> ClaimKeysAsync(Transaction transaction, IReadOnlyList<RecordDigest> news) =>
        await AskAsync(transaction.Owner, transaction, async () => (AppendAnswer?)await statements.ClaimKeysAsync(transaction, news))
            ?? AppendAnswer.Failed;

    public async Task<AppendAnswer> AppendAsync(Transaction transaction, LedgerWrite write) =>
        await AskAsync(transaction.Owner, transaction, async () => (AppendAnswer?)await statements.AppendAsync(transaction, write))
            ?? AppendAnswer.Failed;

    public async Task<bool> CommitAsync(Transaction transaction)
    {
        var done = await AskAsync(transaction.Owner, transaction, () =>
        {
            statements.Commit(transaction);
            open.Remove(transaction);
            return Task.FromResult<bool?>(world.Faults.Strike(Fault.CommitAnswerLost, 0.01) ? null : true);
        });
        return done == true;
    }

    /// <summary>All statements of a commit that looks at nothing before, and its end, in one round trip.</summary>
    public async Task<AppendAnswer> CommitUnseenAsync(
        Life life, IReadOnlyDictionary<string, long> believed, IReadOnlyList<RecordDigest> news, LedgerWrite write) =>
        await AskAsync(life, null, async () =>
        {
            var transaction = new Transaction(life);
            open.Add(transaction);
            var answer = await statements.CommitUnseenAsync(transaction, believed, news, write);
            open.Remove(transaction);
            return world.Faults.Strike(Fault.CommitAnswerLost, 0.01) ? null : (AppendAnswer?)answer;
        }) ?? AppendAnswer.Failed;

    /// <summary>Refused records: a transaction of their own.</summary>
    public async Task<bool> KeepRefusedAsync(Life life, int records) => await AskAsync(life, null, () =>
    {
        world.Books.AddRefused(records);
        return Task.FromResult<bool?>(true);
    }) == true;

    /// <summary>Versions and sums in one snapshot.</summary>
    public Task<StreamState?> ReadMeterAsync(Life life, Meter meter) =>
        AskAsync(life, null, () => Task.FromResult<StreamState?>(world.Books.Read(meter)));

    public Task<T?> ReadAsync<T>(Life life, Func<T> read) => AskAsync(life, null, () => Task.FromResult<T?>(read()));

    public void Kill(TimeSpan away)
    {
        foreach (var transaction in open.ToArray()) Abort(transaction);
        backAt = Later(backAt, world.Loop.Now + away);
    }

    /// <summary>The server has noticed that a client is gone.</summary>
    public void Lost(Life dead)
    {
        foreach (var transaction in open.Where(t => t.Owner == dead).ToArray()) Abort(transaction);
    }

    private Task<T?> AskAsync<T>(Life life, Transaction? transaction, Func<Task<T?>> statement)
    {
        var answer = new Promise<T?>(life);
        world.Loop.After(world.Dice.Hop(), () =>
        {
            if (!Answers(transaction))
            {
                Reply(answer, default);
                return;
            }

            var result = statement();
            // Most statements wait for nobody.
            if (result.IsCompletedSuccessfully) Reply(answer, result.Result);
            else world.Loop.Start(async () => Reply(answer, await result));
        });
        return answer.Task;
    }

    private bool Answers(Transaction? transaction)
    {
        if (world.Loop.Now < backAt || transaction is { IsOpen: false }) return false;
        if (!world.Faults.Strike(Fault.StatementFailed, 0.003)) return true;
        if (transaction is not null) Abort(transaction);
        return false;
    }

    private void Reply<T>(Promise<T?> promise, T? answer) =>
        world.Loop.After(world.Dice.Milliseconds(1, world.Dice.Chance(0.04) ? 1_500 : 10), () => promise.Keep(answer));

    private void Abort(Transaction transaction)
    {
        open.Remove(transaction);
        statements.End(transaction);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
