using System.Security.Cryptography;
using System.Text;
using FinOps.Domain.Alerts;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Platform.Alerts.Digests;

/// <summary>A channel whose alerts wait for a digest.</summary>
internal sealed record WaitingChannel(string BudgetId, string Channel, DigestSchedule Schedule);

/// <summary>A digest that has a try due.</summary>
internal sealed record DueDigest(string Id, string BudgetId, DueChannel Channel);

/// <summary>The rows of digests.</summary>
public sealed class DigestStore(NpgsqlDataSource database)
{
    internal async Task<IReadOnlyList<WaitingChannel>> WaitingAsync(CancellationToken cancellation)
    {
        await using var command = Command(
            """
            select distinct d.budget_id, d.name, d.digest_every, d.digest_at, d.digest_day, d.digest_zone
            from finops.alert_channel c
            join finops.alert a on a.id = c.alert_id
            join finops.alert_way d on d.budget_id = a.budget_id and d.name = c.channel
            where c.state = 'DIGEST' and c.digest_id is null and d.digest_every is not null
            order by 1, 2
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var waiting = new List<WaitingChannel>();
        while (await reader.ReadAsync(cancellation))
        {
            waiting.Add(new WaitingChannel(reader.GetString(0), reader.GetString(1), new DigestSchedule(
                Enum.Parse<DigestEvery>(reader.GetString(2), ignoreCase: true), reader.GetFieldValue<TimeOnly>(3),
                reader.IsDBNull(4) ? null : (Weekday)reader.GetInt32(4), reader.GetString(5))));
        }

        return waiting;
    }

    /// <summary>
    /// Puts what waited before its time into a digest. There is one for each channel and day, however often this runs: what comes after it
    /// was made waits for the next.
    /// </summary>
    public async Task GatherAsync(
        string budgetId, string channel, DateOnly day, DateTimeOffset at, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            with waiting as (
              select c.alert_id from finops.alert_channel c join finops.alert a on a.id = c.alert_id
              where a.budget_id = $2 and c.channel = $3 and c.state = 'DIGEST' and c.digest_id is null and a.crossed_at <= $5
              order by a.crossed_at, a.id limit $7 for update of c),
            made as (
              insert into finops.alert_digest (id, budget_id, channel, day, state, attempts, next_attempt_at)
              select $1, $2, $3, $4, 'PENDING', 0, $6 where exists (select 1 from waiting)
              on conflict do nothing returning id)
            update finops.alert_channel c set digest_id = made.id from made, waiting where c.alert_id = waiting.alert_id and c.channel = $3
            """,
            DigestId(budgetId, channel, day), budgetId, channel, day,
            at.ToUniversalTime(), now.ToUniversalTime(), Limits.AlertsPerDigest);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What waits for a digest that its channel does not send any more goes alone.</summary>
    public async Task ReleaseAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            update finops.alert_channel c set state = 'PENDING', next_attempt_at = $1 from finops.alert a
            where a.id = c.alert_id and c.state = 'DIGEST' and c.digest_id is null and not exists (
              select 1 from finops.alert_way d where d.budget_id = a.budget_id and d.name = c.channel and d.digest_every is not null)
            """, now.ToUniversalTime());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    internal async Task<IReadOnlyList<DueDigest>> DueAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            select g.id, g.budget_id, g.channel, coalesce(d.kind, g.channel), coalesce(d.target, ''), d.disabled_at is not null
            from finops.alert_digest g left join finops.alert_way d on d.budget_id = g.budget_id and d.name = g.channel
            where g.state = 'PENDING' and g.next_attempt_at <= $1 and (g.claimed_until is null or g.claimed_until <= $1)
            order by g.next_attempt_at limit $2
            """, now.ToUniversalTime(), Limits.AlertsPerSweep);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var due = new List<DueDigest>();
        while (await reader.ReadAsync(cancellation))
        {
            due.Add(new DueDigest(
                reader.GetString(0), reader.GetString(1),
                new DueChannel(reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetBoolean(5))));
        }

        return due;
    }

    /// <summary>Puts off a digest to the end of its budget's quiet hours.</summary>
    public async Task HoldAsync(string digestId, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var command = Command(
            "update finops.alert_digest set next_attempt_at = $2 where id = $1 and state = 'PENDING' and next_attempt_at < $2",
            digestId, until.ToUniversalTime());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Takes the next try of a digest for this job alone, for a while.</summary>
    /// <returns>Null when another job has it.</returns>
    public async Task<int?> ClaimAsync(string digestId, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            update finops.alert_digest set attempts = attempts + 1, claimed_until = $3
            where id = $1 and state = 'PENDING' and next_attempt_at <= $2 and (claimed_until is null or claimed_until <= $2)
            returning attempts
            """, digestId, now.ToUniversalTime(), (now + Limits.DeliveryClaim).ToUniversalTime());
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Writes down a try for the digest and for every alert in it, and what that makes of them, in one transaction.</summary>
    public async Task RecordAsync(string digestId, int attempt, DateTimeOffset at, DeliveryOutcome outcome, NextStep next, CancellationToken cancellation)
    {
        var (status, code, error) = DeliveryRow.Of(outcome);
        var (state, nextAttemptAt) = DeliveryRow.Of(next, at);
        await using var batch = database.CreateBatch();
        Add(batch, "select from finops.alert where id in (select alert_id from finops.alert_channel where digest_id = $1) order by id for update", digestId);
        Add(
            batch,
            """
            update finops.alert_digest set state = $3, next_attempt_at = $4, claimed_until = null
            where id = $1 and state = 'PENDING' and (attempts = $2 or $3 = 'DELIVERED')
            """, digestId, attempt, state, nextAttemptAt);
        Add(
            batch,
            """
            insert into finops.alert_delivery (alert_id, channel, attempt, at, status, status_code, error)
            select alert_id, channel, attempts + $2, $3, $4, $5::int, $6::text from finops.alert_channel where digest_id = $1
            on conflict do nothing
            """, digestId, attempt, at, status.ToString().ToUpperInvariant(), code, error);
        if (next is not NextStep.RetryAt)
        {
            Add(
                batch,
                """
                update finops.alert_channel set state = $3, attempts = attempts + $2
                where digest_id = $1 and state = 'DIGEST'
                """, digestId, attempt, state);
            Add(
                batch,
                """
                update finops.alert a set status = s.status from (
                  select c.alert_id, case when bool_or(c.state in ('PENDING', 'DIGEST')) then 'PENDING'
                                          when bool_or(c.state = 'DEAD') then 'FAILED' else 'DELIVERED' end as status
                  from finops.alert_channel c where c.alert_id in (select alert_id from finops.alert_channel where digest_id = $1)
                  group by c.alert_id) s
                where a.id = s.alert_id
                """, digestId);
        }

        if (next is NextStep.Dead dead) GiveUp(batch, digestId, at, dead.Reason);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Goes along as the delivery's id, so it is the same on every try and holds no character that means something there.</summary>
    private static string DigestId(string budgetId, string channel, DateOnly day)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{budgetId}/{channel}"));
        return FormattableString.Invariant($"digest_{day:yyyy-MM-dd}_{Convert.ToHexStringLower(hash.AsSpan(0, 16))}");
    }

    private static void GiveUp(NpgsqlBatch batch, string digestId, DateTimeOffset at, string reason)
    {
        if (reason == DeliveryRow.Gone)
        {
            Add(
                batch,
                """
                update finops.alert_destination d set disabled_at = $2 from finops.alert_digest g
                where g.id = $1 and d.budget_id = g.budget_id and d.name = g.channel and d.disabled_at is null
                """, digestId, at);
            Add(
                batch,
                """
                update finops.webhook w set gone_at = $2 from finops.alert_digest g
                where g.id = $1 and g.channel = 'webhook' and w.budget_id = g.budget_id and w.gone_at is null
                """, digestId, at);
        }

        Add(
            batch,
            """
            insert into finops.alert_notice (at, tenant, budget_id, channel, code, alert_id)
            select $2, b.tenant, g.budget_id, g.channel, $3, null
            from finops.alert_digest g join finops.budget b on b.id = g.budget_id where g.id = $1
            """, digestId, at, reason);
    }

    private static void Add(NpgsqlBatch batch, string sql, params object?[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        batch.BatchCommands.Add(command);
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
