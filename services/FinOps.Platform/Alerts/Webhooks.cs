using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>Where a budget's alerts go now.</summary>
/// <param name="Url">Of the receiver.</param>
/// <param name="Secrets">The newest first; more than one while they are rotated.</param>
/// <param name="IsGone">The receiver has answered 410 since it was set.</param>
internal sealed record Webhook(Uri Url, IReadOnlyList<string> Secrets, bool IsGone)
{
    public override string ToString() => Url.ToString();
}

internal sealed class Webhooks(NpgsqlDataSource database)
{
    public async Task<Webhook?> FindAsync(string budgetId, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select url, array[secret] || array(
                     select o.secret from finops.webhook_old_secret o
                     where o.budget_id = w.budget_id and o.secret <> w.secret and o.until > $2 order by o.until desc),
                   gone_at is not null
            from finops.webhook w where budget_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = budgetId });
        command.Parameters.Add(new NpgsqlParameter { Value = now.ToUniversalTime() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        return new Webhook(new Uri(reader.GetString(0)), reader.GetFieldValue<string[]>(1), reader.GetBoolean(2));
    }
}
