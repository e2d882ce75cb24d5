using System.Threading.Channels;
using FinOps.Domain.Metering;
using FinOps.Domain.Reservations;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Reservations;

/// <param name="Budget">Whose gate.</param>
/// <param name="Version">On which was decided; the database refuses when it is another by now.</param>
/// <param name="Holds">As they are from now on.</param>
internal sealed record GateWrite(string Budget, long Version, IReadOnlyList<Hold> Holds)
{
    public TaskCompletionSource<bool> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// The lanes that write a silo's reservations, each with one commit in flight; what arrives meanwhile goes into the next, of whichever
/// budget. A thousand budgets with a reservation each cost one commit, not a thousand.
/// </summary>
internal sealed class GateWrites(NpgsqlDataSource database, IOptions<ReservationOptions> options) : BackgroundService
{
    /// <summary>Rows are written only for the gates whose version moved: one statement, so both or neither, budget by budget.</summary>
    private const string Sql =
        """
        with due as (select g.budget_id from finops.gate g join unnest($1, $2) as d (budget_id, version) on g.budget_id = d.budget_id and g.version = d.version
                     where g.is_hard order by g.budget_id for update of g),
             moved as (update finops.gate g set version = g.version + 1 from due where g.budget_id = due.budget_id returning g.budget_id),
             written as (
               insert into finops.reservation (budget_id, key, amount, actual, stage, expires_at, due_at, key_high, key_low)
               select r.* from unnest($3, $4, $5, $6, $7, $8, $9, $10, $11) as r (budget_id, key, amount, actual, stage, expires_at, due_at, key_high, key_low)
               join moved on moved.budget_id = r.budget_id
               on conflict (budget_id, key) do update set
                 amount = excluded.amount, actual = excluded.actual, stage = excluded.stage, expires_at = excluded.expires_at,
                 due_at = excluded.due_at, key_high = excluded.key_high, key_low = excluded.key_low)
        select budget_id from moved
        """;

    private readonly Channel<GateWrite> waiting = Channel.CreateBounded<GateWrite>(Limits.ReservationsWaiting);

    /// <returns>False when another activation of the gate wrote since: nothing was written.</returns>
    public async Task<bool> CommitAsync(GateWrite write)
    {
        await waiting.Writer.WriteAsync(write);
        return await write.Written.Task;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
        while (waiting.Reader.TryRead(out var write)) write.Written.TrySetException(new OperationCanceledException("The silo stopped before the commit."));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Limits.ReservationLanes).Select(_ => RunAsync(stoppingToken)));

    private async Task RunAsync(CancellationToken stopping)
    {
        while (await waiting.Reader.WaitToReadAsync(stopping))
        {
            var group = Gather.UpTo<GateWrite>(Limits.ReservationsPerCommit, waiting.Reader.TryRead, w => w.Holds.Count);
            if (group.Count == 0) continue;
            try
            {
                var moved = await WriteAsync(group, stopping);
                foreach (var write in group) write.Written.TrySetResult(moved.Contains(write.Budget));
            }
            catch (Exception failure)
            {
                foreach (var write in group) write.Written.TrySetException(failure);
            }
        }
    }

    private async Task<HashSet<string>> WriteAsync(List<GateWrite> group, CancellationToken stopping)
    {
        var holds = group.SelectMany(w => w.Holds.Select(h => (w.Budget, Hold: h))).ToList();
        await using var command = database.CreateCommand(Sql);
        command.CommandTimeout = (int)options.Value.Patience.TotalSeconds;
        Add(command, NpgsqlDbType.Text, [.. group.Select(w => w.Budget)]);
        Add(command, NpgsqlDbType.Bigint, group.Select(w => w.Version).ToArray());
        Add(command, NpgsqlDbType.Text, holds.Select(h => h.Budget).ToArray());
        Add(command, NpgsqlDbType.Text, holds.Select(h => h.Hold.Key.Value).ToArray());
        Add(command, NpgsqlDbType.Numeric, holds.Select(h => h.Hold.Amount).ToArray());
        Add(command, NpgsqlDbType.Numeric, holds.Select(h => h.Hold.Actual).ToArray());
        Add(command, NpgsqlDbType.Text, holds.Select(h => h.Hold.Stage.ToString().ToUpperInvariant()).ToArray());
        Add(command, NpgsqlDbType.TimestampTz, holds.Select(h => h.Hold.ExpiresAt.UtcDateTime).ToArray());
        Add(command, NpgsqlDbType.TimestampTz, holds.Select(h => h.Hold.DueAt.UtcDateTime).ToArray());
        Add(command, NpgsqlDbType.Bigint, holds.Select(h => h.Hold.Record?.High).ToArray());
        Add(command, NpgsqlDbType.Bigint, holds.Select(h => h.Hold.Record?.Low).ToArray());
        var moved = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(stopping);
        while (await reader.ReadAsync(stopping)) moved.Add(reader.GetString(0));
        return moved;
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, T[] values) =>
        command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
}
