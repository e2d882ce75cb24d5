using System.Globalization;
using FinOps.Contracts;
using FinOps.Domain.Alerts;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>The rows of alerts, their channels and their tries.</summary>
public sealed class AlertStore(NpgsqlDataSource database)
{
    /// <returns>What every channel is sent, the same on every try; null when there is no such alert.</returns>
    public async Task<BudgetAlertRaised?> FindAsync(string alertId, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            select budget_id, tenant, measure, case basis when 'ABSOLUTE' then round(threshold * 100 / amount, 2) else threshold end, amount, spend,
                   currency, period_start, period_end, crossed_at, kind, notice_of, cause, basis, id
            from finops.alert where id = $1
            """, alertId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Message(reader) : null;
    }

    /// <returns>The alerts of a digest, the first to be raised first.</returns>
    public async Task<IReadOnlyList<BudgetAlertRaised>> OfDigestAsync(string digestId, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            select budget_id, tenant, measure, case basis when 'ABSOLUTE' then round(threshold * 100 / amount, 2) else threshold end, amount, spend,
                   currency, period_start, period_end, crossed_at, kind, notice_of, cause, basis, id
            from finops.alert where id in (select alert_id from finops.alert_channel where digest_id = $1)
            order by crossed_at, id
            """, digestId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<BudgetAlertRaised>();
        while (await reader.ReadAsync(cancellation)) found.Add(Message(reader));
        return found;
    }

    /// <summary>
    /// That something is over is not told before that it began, nor that it came again before that it was over: a notice waits while its alert,
    /// or an earlier notice on it, still has tries to come on the channel.
    /// </summary>
    /// <returns>The channels of an alert that have a try due, with what their budget says of them now.</returns>
    public async Task<IReadOnlyList<DueChannel>> DueAsync(string alertId, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            select c.channel, coalesce(d.kind, c.channel), coalesce(d.target, ''), d.disabled_at is not null
            from finops.alert_channel c
            join finops.alert a on a.id = c.alert_id
            left join finops.alert_destination d on d.budget_id = a.budget_id and d.name = c.channel
            where c.alert_id = $1 and c.state = 'PENDING' and c.next_attempt_at <= $2 and not exists (
              select 1 from finops.alert earlier join finops.alert_channel first on first.alert_id = earlier.id
              where (earlier.id = a.notice_of or (earlier.notice_of = a.notice_of and (earlier.crossed_at, earlier.id) < (a.crossed_at, a.id)))
                and first.channel = c.channel and first.state = 'PENDING')
            """, alertId, now + Limits.DeliverySlack);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var due = new List<DueChannel>();
        while (await reader.ReadAsync(cancellation))
            due.Add(new DueChannel(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3)));
        return due;
    }

    /// <summary>Puts off what is due to the end of the quiet hours. The bus has no ears to wake.</summary>
    public async Task HoldAsync(string alertId, DateTimeOffset until, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            update finops.alert_channel set next_attempt_at = $2
            where alert_id = $1 and channel <> 'bus' and state = 'PENDING' and next_attempt_at < $2
              and (claimed_until is null or claimed_until <= $3)
            """, alertId, until, now);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Gives a channel of an alert a new schedule of tries, the first one now. The id stays, so a receiver that has it drops it.</summary>
    /// <returns>Whether there is such an alert.</returns>
    public async Task<bool> RedeliverAsync(string alertId, string channel, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        Add(batch, "select from finops.alert where id = $1 for update", alertId);
        Add(
            batch,
            """
            insert into finops.alert_channel (alert_id, channel, state, attempts, next_attempt_at)
            select id, $2, 'PENDING', 0, $3 from finops.alert where id = $1
            on conflict (alert_id, channel) do update
            set state = 'PENDING', next_attempt_at = $3, attempts_before = alert_channel.attempts, digest_id = null, claimed_until = null
            where alert_channel.claimed_until is null or alert_channel.claimed_until <= $3
            """, alertId, channel, now);
        Add(batch, "update finops.alert set status = 'PENDING' where id = $1", alertId);
        return await batch.ExecuteNonQueryAsync(cancellation) > 0;
    }

    private static BudgetAlertRaised Message(NpgsqlDataReader reader) =>
        new()
        {
            AlertId = reader.GetString(14),
            BudgetId = reader.GetString(0),
            Tenant = reader.GetString(1),
            Measure = reader.GetString(2),
            ThresholdPercent = reader.GetDecimal(3),
            Amount = reader.GetDecimal(4).ToString(CultureInfo.InvariantCulture),
            Spend = reader.GetDecimal(5).ToString(CultureInfo.InvariantCulture),
            Currency = reader.GetString(6),
            PeriodStart = reader.GetFieldValue<DateTimeOffset>(7),
            PeriodEnd = reader.GetFieldValue<DateTimeOffset>(8),
            CrossedAt = reader.GetFieldValue<DateTimeOffset>(9),
            Kind = reader.GetString(10),
            NoticeOf = reader.IsDBNull(11) ? null : reader.GetString(11),
            ThresholdKind = reader.GetString(13),
            Cause = reader.IsDBNull(12) ? null : reader.GetString(12),
        };

    /// <summary>Takes the next try of a channel for this job alone, for a while.</summary>
    /// <returns>The try's number, and its number since somebody last asked for it; null when it is delivered, dead, not yet due, or another job is at it.</returns>
    public async Task<ClaimedTry?> ClaimAsync(string alertId, string channel, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            update finops.alert_channel set attempts = attempts + 1, claimed_until = $5
            where alert_id = $1 and channel = $2 and state = 'PENDING' and next_attempt_at <= $3
              and (claimed_until is null or claimed_until <= $4)
            returning attempts, attempts - attempts_before
            """, alertId, channel, now + Limits.DeliverySlack, now, now + Limits.DeliveryClaim);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new ClaimedTry(reader.GetInt32(0), reader.GetInt32(1)) : null;
    }

    /// <summary>Writes down one try and what comes next, and what that makes of the alert.</summary>
    public async Task RecordAsync(
        string alertId, string channel, int attempt, DateTimeOffset at, DeliveryOutcome outcome, NextStep next, CancellationToken cancellation)
    {
        var (status, code, error) = DeliveryRow.Of(outcome);
        var (state, nextAttemptAt) = DeliveryRow.Of(next, at);
        // A batch is one transaction. The alert's lock comes first: of two channels that end at the same moment, the later one must see what
        // the earlier one wrote, or each takes the other for pending, and the alert stays so.
        await using var batch = database.CreateBatch();
        Add(batch, "select from finops.alert where id = $1 for update", alertId);
        Add(
            batch,
            """
            insert into finops.alert_delivery (alert_id, channel, attempt, at, status, status_code, error) values ($1, $2, $3, $4, $5, $6, $7)
            on conflict do nothing
            """, alertId, channel, attempt, at, status.ToString().ToUpperInvariant(), code, error);
        // A job that comes back from the dead after its claim ran out does not undo what its follower found.
        Add(
            batch,
            """
            update finops.alert_channel set state = $4, next_attempt_at = $5, claimed_until = null
            where alert_id = $1 and channel = $2 and state = 'PENDING' and (attempts = $3 or $4 = 'DELIVERED')
            """, alertId, channel, attempt, state, nextAttemptAt);
        Add(
            batch,
            """
            update finops.alert set status = (
              select case when bool_or(state in ('PENDING', 'DIGEST')) then 'PENDING' when bool_or(state = 'DEAD') then 'FAILED' else 'DELIVERED' end
              from finops.alert_channel where alert_id = $1)
            where id = $1
            """, alertId);
        if (next is NextStep.Dead dead) GiveUp(batch, alertId, channel, at, dead.Reason);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <returns>Alerts with a try that should have happened by now and that nobody is at.</returns>
    public async Task<IReadOnlyList<string>> OverdueAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            select alert_id from finops.alert_channel
            where state = 'PENDING' and next_attempt_at <= $1 and (claimed_until is null or claimed_until <= $2)
            group by alert_id order by min(next_attempt_at) limit $3
            """, now - Limits.DeliveryLost, now, Limits.AlertsPerSweep);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetString(0));
        return ids;
    }

    /// <summary>The tenant is told; a receiver that said it is gone is not called again.</summary>
    private static void GiveUp(NpgsqlBatch batch, string alertId, string channel, DateTimeOffset at, string reason)
    {
        if (reason == DeliveryRow.Gone)
        {
            Add(
                batch,
                """
                update finops.webhook set gone_at = $3
                where $2 = 'webhook' and gone_at is null and budget_id = (select budget_id from finops.alert where id = $1)
                """, alertId, channel, at);
            Add(
                batch,
                """
                update finops.alert_destination set disabled_at = $3
                where name = $2 and disabled_at is null and budget_id = (select budget_id from finops.alert where id = $1)
                """, alertId, channel, at);
        }

        Add(
            batch,
            """
            insert into finops.alert_notice (at, tenant, budget_id, channel, code, alert_id)
            select $3, tenant, budget_id, $2, $4, id from finops.alert where id = $1
            """, alertId, channel, at, reason);
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
