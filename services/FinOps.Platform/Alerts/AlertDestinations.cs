using FinOps.Domain.Values;
using FinOps.Platform.Budgets;
using GraphQL;
using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>The channels that budgets name.</summary>
public sealed class AlertDestinations(NpgsqlDataSource database, ReadAlertChannels kinds)
{
    /// <summary>Makes the budget's channels those of the list. Naming one again starts it again where its receiver had gone.</summary>
    /// <exception cref="RejectedException">One has no target, neither given nor stored.</exception>
    internal static async Task ReplaceAsync(
        BudgetTransaction transaction, string budgetId, IReadOnlyList<AlertChannelOrder> channels, CancellationToken cancellation)
    {
        await transaction.ExecuteAsync(
            "delete from finops.alert_destination where budget_id = $1 and not name = any($2)",
            cancellation, budgetId, channels.Select(c => c.Name).ToArray());
        for (var i = 0; i < channels.Count; i++)
        {
            var channel = channels[i];
            object?[] values =
                [budgetId, channel.Name, channel.Kind, channel.Target, channel.Every?.ToString().ToUpperInvariant(), channel.At, (int?)channel.Day, channel.TimeZone];
            var written = channel.Target is null
                ? await transaction.ExecuteAsync(
                    """
                    update finops.alert_destination
                    set digest_every = $5, digest_at = $6, digest_day = $7, digest_zone = $8, disabled_at = null
                    where budget_id = $1 and name = $2 and kind = $3 and $4::text is null
                    """, cancellation, values)
                : await transaction.ExecuteAsync(
                    """
                    insert into finops.alert_destination (budget_id, name, kind, target, digest_every, digest_at, digest_day, digest_zone)
                    values ($1, $2, $3, $4, $5, $6, $7, $8)
                    on conflict (budget_id, name) do update
                    set kind = excluded.kind, target = excluded.target, digest_every = excluded.digest_every, digest_at = excluded.digest_at,
                        digest_day = excluded.digest_day, digest_zone = excluded.digest_zone, disabled_at = null
                    """, cancellation, values);
            if (written == 0)
                throw new RejectedException(new Rejection("channel_target_missing", $"channels[{i}].target", "Name the target; none is stored."));
        }
    }

    /// <returns>The budget's channels by name, its webhook among them, without what must stay secret.</returns>
    public async Task<IReadOnlyList<AlertChannelView>> ListAsync(string budgetId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select name, kind, target, digest_every, digest_at, digest_day, digest_zone, disabled_at
            from finops.alert_destination where budget_id = $1
            union all
            select 'webhook', 'webhook', url, digest_every, digest_at, digest_day, digest_zone, gone_at from finops.webhook where budget_id = $1
            order by 1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = budgetId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var channels = new List<AlertChannelView>();
        while (await reader.ReadAsync(cancellation))
        {
            var (kind, target) = (reader.GetString(1), reader.GetString(2));
            channels.Add(new AlertChannelView(
                reader.GetString(0), kind, kind == WebhookChannel.Name ? target : kinds.Shown(kind, target), Digest(reader),
                reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return channels;
    }

    /// <summary>Starts a channel again that its receiver had switched off with 410.</summary>
    /// <returns>Whether there is such a channel.</returns>
    public async Task<bool> EnableAsync(string budgetId, string channel, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(channel == WebhookChannel.Name
            ? "update finops.webhook set gone_at = null where budget_id = $1 and $2 = 'webhook'"
            : "update finops.alert_destination set disabled_at = null where budget_id = $1 and name = $2");
        command.Parameters.Add(new NpgsqlParameter { Value = budgetId });
        command.Parameters.Add(new NpgsqlParameter { Value = channel });
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    private static DigestView? Digest(NpgsqlDataReader reader) => reader.IsDBNull(3) ? null : new DigestView(
        Enum.Parse<DigestEvery>(reader.GetString(3), ignoreCase: true), $"{reader.GetFieldValue<TimeOnly>(4):HH:mm}",
        reader.IsDBNull(5) ? null : (Weekday)reader.GetInt32(5), reader.GetString(6));
}

/// <summary>One way that a budget's alerts go.</summary>
/// <param name="Name">Names it in the delivery log.</param>
/// <param name="Kind">What class of channel it is.</param>
/// <param name="Target">What of it may be shown; a secret is cut off.</param>
/// <param name="Digest">Null: each alert at once.</param>
/// <param name="DisabledAt">The receiver answered 410 then; <c>enableAlertChannel</c> starts it again.</param>
[Name("AlertChannel")]
public sealed record AlertChannelView(string Name, string Kind, string Target, DigestView? Digest, DateTimeOffset? DisabledAt);

/// <summary>When a digest is sent, by the zone's clock.</summary>
[Name("AlertDigest")]
public sealed record DigestView(DigestEvery Every, string At, Weekday? Day, string TimeZone);
