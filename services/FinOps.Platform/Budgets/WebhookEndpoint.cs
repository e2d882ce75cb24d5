using FinOps.Domain.Budgets;
using FinOps.Platform.Alerts;

namespace FinOps.Platform.Budgets;

/// <summary>Where a budget's alerts go, and the secret that signs them.</summary>
internal static class WebhookEndpoint
{
    /// <summary>Makes the row follow the terms. A secret that is brought replaces; else one is made only where there is none.</summary>
    /// <param name="transaction">The budget's.</param>
    /// <param name="budget">With its terms from now on.</param>
    /// <param name="secret">Where the caller brings one.</param>
    /// <param name="order">When it sends from now on; null leaves that.</param>
    /// <param name="cancellation">Nothing is written when it comes in time.</param>
    /// <returns>The secret when this write set it.</returns>
    public static async Task<string?> SetAsync(
        BudgetTransaction transaction, Budget.Open budget, string? secret, AlertChannelOrder? order, CancellationToken cancellation)
    {
        var shown = await SetAsync(transaction, budget, secret, cancellation);
        if (order is null) return shown;
        await transaction.ExecuteAsync(
            "update finops.webhook set digest_every = $2::text, digest_at = $3::time, digest_day = $4::int, digest_zone = $5::text where budget_id = $1",
            cancellation, budget.Id.Value, order.Every?.ToString().ToUpperInvariant(), order.At, (int?)order.Day, order.TimeZone);
        return shown;
    }

    private static async Task<string?> SetAsync(BudgetTransaction transaction, Budget.Open budget, string? secret, CancellationToken cancellation)
    {
        var id = budget.Id.Value;
        if (budget.Terms.WebhookUrl is not { } url)
        {
            await ForgetOldSecretsAsync(transaction, id, cancellation);
            await transaction.ExecuteAsync("delete from finops.webhook where budget_id = $1", cancellation, id);
            return null;
        }

        var isSet = await transaction.AnyAsync("select 1 from finops.webhook where budget_id = $1", cancellation, id);
        if (isSet && secret is null)
        {
            // Whoever names the receiver again wants it tried again.
            await transaction.ExecuteAsync(
                "update finops.webhook set url = $2, gone_at = null where budget_id = $1", cancellation, id, url.AbsoluteUri);
            return null;
        }

        // A secret that is brought replaces at once; rotateWebhookSecret lets the old one go on for a while.
        await ForgetOldSecretsAsync(transaction, id, cancellation);
        var shown = secret ?? WebhookSecret.New();
        await transaction.ExecuteAsync(
            """
            insert into finops.webhook (budget_id, url, secret) values ($1, $2, $3)
            on conflict (budget_id) do update set url = excluded.url, secret = excluded.secret, gone_at = null
            """,
            cancellation, id, url.AbsoluteUri, shown);
        return shown;
    }

    private static Task<int> ForgetOldSecretsAsync(BudgetTransaction transaction, string id, CancellationToken cancellation) =>
        transaction.ExecuteAsync("delete from finops.webhook_old_secret where budget_id = $1", cancellation, id);
}
