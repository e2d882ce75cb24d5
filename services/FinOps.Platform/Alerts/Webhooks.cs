using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>Where a budget's alerts go now.</summary>
/// <param name="IsGone">The receiver has answered 410 since it was set.</param>
internal sealed record Webhook(Uri Url, string Secret, bool IsGone)
{
    public override string ToString() => Url.ToString();
}

internal sealed class Webhooks(NpgsqlDataSource database)
{
    public async Task<Webhook?> FindAsync(string budgetId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select url, secret, gone_at is not null from finops.webhook where budget_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = budgetId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return null;
        return new Webhook(new Uri(reader.GetString(0)), reader.GetString(1), reader.GetBoolean(2));
    }

    public async Task MarkGoneAsync(string budgetId, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("update finops.webhook set gone_at = $2 where budget_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = budgetId });
        command.Parameters.Add(new NpgsqlParameter { Value = at.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
