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
            select budget_id, tenant, measure, case basis when 'ABSOLUTE' then round(threshold * 100 / amount, 2) else threshold end, amount, spend, currency, period_start, period_end, crossed_at, kind, notice_of, cause, basis
            from finops.alert where id = $1
            """, alertId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        return new BudgetAlertRaised
        {
            AlertId = alertId,
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
    }

    /// <summary>Takes the next try of a channel for this job alone, for a while.</summary>
    /// <returns>The try's number; null when it is delivered, dead, not yet due, or another job is at it.</returns>
    public async Task<int?> ClaimAsync(string alertId, string channel, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            update finops.alert_channel set attempts = attempts + 1, claimed_until = $5
            where alert_id = $1 and channel = $2 and state = 'PENDING' and next_attempt_at <= $3
              and (claimed_until is null or claimed_until <= $4)
            returning attempts
            """, alertId, channel, now + Limits.DeliverySlack, now, now + Limits.DeliveryClaim);
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Writes down one try and what comes next, and what that makes of the alert.</summary>
    public async Task RecordAsync(
        string alertId, string channel, int attempt, DateTimeOffset at, DeliveryOutcome outcome, NextStep next, CancellationToken cancellation)
    {
        var (status, code, error) = outcome switch
        {
            DeliveryOutcome.Delivered delivered => (DeliveryStatus.Delivered, delivered.StatusCode, null),
            DeliveryOutcome.Failed failed => (DeliveryStatus.Failed, failed.StatusCode, failed.Reason),
            DeliveryOutcome.Refused refused => (DeliveryStatus.Refused, refused.StatusCode, (string?)refused.Reason),
            _ => throw new System.Diagnostics.UnreachableException(outcome.GetType().Name),
        };
        var (state, nextAttemptAt) = next switch
        {
            NextStep.Done => ("DELIVERED", at),
            NextStep.RetryAt retry => ("PENDING", retry.At),
            NextStep.Dead => ("DEAD", at),
            _ => throw new System.Diagnostics.UnreachableException(next.GetType().Name),
        };
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
              select case when bool_or(state = 'PENDING') then 'PENDING' when bool_or(state = 'DEAD') then 'FAILED' else 'DELIVERED' end
              from finops.alert_channel where alert_id = $1)
            where id = $1
            """, alertId);
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
