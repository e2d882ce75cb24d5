using FinOps.Contracts;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Budgets;
using FinOps.Platform.Hosting;
using Marten;
using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>What people do about deliveries: try a channel, rotate its secret. Each first asks whether the budget is the viewer's.</summary>
public sealed class AlertRemedies(NpgsqlDataSource database, IDocumentStore store, SendAlert send, TimeProvider clock)
{
    /// <summary>Sends a made-up alert through one channel, once, now.</summary>
    /// <exception cref="RejectedException">There is no such channel, or it was tried too often.</exception>
    public async Task<DeliveryView> TestAsync(string budgetId, string channel, Viewer viewer, CancellationToken cancellation)
    {
        await RequireBudgetAsync(budgetId, "budgetId", viewer, cancellation);
        var due = await ChannelAsync(budgetId, channel, cancellation)
            ?? throw new RejectedException(new Rejection("channel_unknown", "channel", "The budget has no channel of this name."));
        var now = clock.GetUtcNow();
        var id = $"test_{Guid.CreateVersion7():N}";
        if (!await BeginTestAsync(id, budgetId, channel, viewer.Name, now, cancellation))
        {
            throw new RejectedException(new Rejection(
                "too_many_tests", "budgetId", $"A budget's channels are tried {Limits.TestAlertsPerHour} times an hour at most; wait."));
        }

        var outcome = await send.RunAsync(id, [await MadeUpAsync(id, budgetId, now, cancellation)], due, cancellation);
        var (status, code, error) = DeliveryRow.Of(outcome);
        await using var record = Command(
            "update finops.alert_test set status = $2, status_code = $3, error = $4 where id = $1", id, status.ToString().ToUpperInvariant(), code, error);
        await record.ExecuteNonQueryAsync(CancellationToken.None);
        return new DeliveryView(channel, 1, now, status, code, error);
    }

    /// <summary>Gives the webhook another secret; the old one goes on signing beside it for a while.</summary>
    /// <exception cref="RejectedException">There is no webhook, the secret is none, or the end is too far away.</exception>
    internal async Task<RotatedSecretView> RotateAsync(
        string budgetId, string? secret, DateTimeOffset? oldUntil, Viewer viewer, CancellationToken cancellation)
    {
        await RequireBudgetAsync(budgetId, "budgetId", viewer, cancellation);
        var now = clock.GetUtcNow();
        var until = oldUntil ?? now + Limits.WebhookSecretOverlap;
        var flaws = new List<Rejection>();
        if (WebhookSecret.Flaw(secret) is { } flaw) flaws.Add(flaw with { Field = "secret" });
        if (until < now || until > now + Limits.WebhookSecretOverlapLongest)
        {
            flaws.Add(new Rejection(
                "overlap_invalid", "oldUntil", $"The old secret goes on until a moment from now to {Limits.WebhookSecretOverlapLongest.TotalDays} days ahead."));
        }

        if (flaws.Count > 0) throw new RejectedException(flaws);
        var shown = secret ?? WebhookSecret.New();
        await using var command = Command(
            """
            with old as (select budget_id, secret from finops.webhook where budget_id = $1 and
                (select count(*) from finops.webhook_old_secret where budget_id = $1 and until > $4 and secret <> $2) < $5 for update),
            ended as (delete from finops.webhook_old_secret o where o.budget_id = $1 and (o.until <= $4 or o.secret = $2)),
            kept as (insert into finops.webhook_old_secret (budget_id, secret, until) select budget_id, secret, $3 from old where secret <> $2
                     on conflict (budget_id, secret) do update set until = excluded.until)
            update finops.webhook w set secret = $2 from old where w.budget_id = old.budget_id
            """, budgetId, shown, until.ToUniversalTime(), now.ToUniversalTime(), Limits.WebhookSecrets - 1);
        return await command.ExecuteNonQueryAsync(cancellation) > 0 ? new RotatedSecretView(shown, until) : throw await NotRotatedAsync(budgetId, cancellation);
    }

    /// <exception cref="RejectedException">There is none, or none that this viewer may know of: the answer is the same.</exception>
    internal async Task<string> RequireBudgetAsync(string budgetId, string field, Viewer viewer, CancellationToken cancellation)
    {
        await using var command = Command("select tenant from finops.budget where id = $1", budgetId);
        return await command.ExecuteScalarAsync(cancellation) is string tenant && viewer.MaySee(new TenantId(tenant))
            ? tenant
            : throw new RejectedException(new Rejection("budget_unknown", field, "There is no budget with this id."));
    }

    internal async Task<bool> HasChannelAsync(string budgetId, string channel, CancellationToken cancellation) =>
        await ChannelAsync(budgetId, channel, cancellation) is not null;

    private async Task<RejectedException> NotRotatedAsync(string budgetId, CancellationToken cancellation)
    {
        await using var command = Command("select 1 from finops.webhook where budget_id = $1", budgetId);
        return new RejectedException(await command.ExecuteScalarAsync(cancellation) is null
            ? new Rejection("webhook_unknown", "budgetId", "The budget has no webhook; name its URL with changeBudget.")
            : new Rejection("too_many_secrets", "budgetId", $"{Limits.WebhookSecrets} secrets sign already; wait for the first to end."));
    }

    private async Task<DueChannel?> ChannelAsync(string budgetId, string channel, CancellationToken cancellation)
    {
        if (channel == BusChannel.Name) return new DueChannel(channel, channel, "", false);
        await using var command = Command(
            """
            select kind, target, disabled_at is not null from finops.alert_way where budget_id = $1 and name = $2
            """, budgetId, channel);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new DueChannel(channel, reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)) : null;
    }

    private async Task<bool> BeginTestAsync(
        string id, string budgetId, string channel, string by, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            insert into finops.alert_test (id, budget_id, channel, at, by) select $1, $2, $3, $4, $5
            where (select count(*) from finops.alert_test where budget_id = $2 and at > $6) < $7
            """, id, budgetId, channel, now.ToUniversalTime(), by, now.AddHours(-1).ToUniversalTime(), Limits.TestAlertsPerHour);
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    private async Task<BudgetAlertRaised> MadeUpAsync(string id, string budgetId, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var terms = (await BudgetStreams.LoadAsync(session, new BudgetId(budgetId), cancellation)).State switch
        {
            Budget.Open open => open.Terms,
            Budget.Closed closed => closed.Terms,
            var none => throw new InvalidOperationException($"A listed budget has no stream but is {none.GetType().Name}."),
        };
        var period = BudgetCalendar.Current(terms.Period, now);
        var amount = terms.Amount.Amount.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new BudgetAlertRaised
        {
            AlertId = id,
            BudgetId = budgetId,
            Tenant = terms.Tenant.Value,
            Measure = terms.Measure.ToString().ToUpperInvariant(),
            Kind = "TEST",
            ThresholdPercent = terms.Thresholds.IsNone ? 100m : terms.Thresholds.Values[0],
            Amount = amount,
            Spend = "0",
            Currency = terms.Amount.Currency.Code,
            PeriodStart = period.From,
            PeriodEnd = period.To,
            CrossedAt = now,
        };
    }

    private NpgsqlCommand Command(string sql, params object?[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
