using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Alerts;
using Marten;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>
/// Checks an order against the credential and the egress rules, brings it to the tenant's grain, and shows what became of the budget.
/// </summary>
public sealed class BudgetDesk(
    NpgsqlDataSource database, IDocumentStore store, IGrainFactory grains, EgressGuard egress, ReadAlertChannels readChannels,
    TimeProvider clock)
{
    /// <exception cref="RejectedException">Names every flaw; nothing was stored.</exception>
    public async Task<BudgetView> PlaceAsync(
        BudgetOrder order, Viewer viewer, CancellationToken cancellation, IReadOnlyList<AlertChannelInput>? channels = null,
        WebhookInput? webhook = null)
    {
        var read = channels is null ? default : await readChannels.ReadAsync(channels, cancellation);
        var (webhookOrder, webhookFlaws) = webhook is null ? default : ReadAlertChannels.ReadWebhook(webhook.Digest);
        var checkedOrder = order with
        {
            WebhookRefusal = await RefusalAsync(order.WebhookUrl, cancellation),
            Channels = read.Orders?.ToArray(),
            Webhook = webhookOrder,
            ChannelFlaws = (read.Flaws ?? []).Concat(webhookFlaws ?? []).Select(f => new BudgetFlaw(f.Code, f.Field, f.Message)).ToArray(),
        };
        // Without a tenant there is no grain to ask.
        if (Name.Flaw(order.Tenant) is not null) throw new RejectedException(checkedOrder.Flaws(clock.GetUtcNow()));
        if (!viewer.MaySee(new TenantId(order.Tenant!)))
            throw new RejectedException(new Rejection("tenant_not_allowed", "tenant", "This key may not set budgets of that tenant."));

        if (order.Measure?.ShowsCost() == true && !viewer.SeesCost)
            throw new RejectedException(new Rejection("measure_not_allowed", "measure", "This key does not see cost, so it may not set budgets on it."));
        if (order.Verb != BudgetVerb.Create && !viewer.SeesCost) await RequireNoCostAsync(order.Id, cancellation);

        var answer = await grains.GetGrain<IBudgetGrain>(order.Tenant!).WriteAsync(checkedOrder);
        if (answer.Flaws.Count > 0)
            throw new RejectedException(answer.Flaws.Select(f => new Rejection(f.Code, f.Field, f.Message)).ToList());
        await using var session = store.QuerySession();
        var written = await BudgetStreams.LoadAsync(session, new BudgetId(order.Id), cancellation);
        return BudgetView.Of(written.State, answer.Secret);
    }

    /// <exception cref="RejectedException">There is none, or none that this viewer may know of: the answer is the same.</exception>
    public async Task<string> TenantOfAsync(string? id, Viewer viewer, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select tenant from finops.budget where id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = id ?? "" });
        return await command.ExecuteScalarAsync(cancellation) is string tenant && viewer.MaySee(new TenantId(tenant))
            ? tenant
            : throw new RejectedException(new Rejection("budget_unknown", "id", "There is no budget with this id."));
    }

    private async Task RequireNoCostAsync(string id, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        if ((await BudgetStreams.LoadAsync(session, new BudgetId(id), cancellation)).State is Budget.Open { Terms.Measure: var measure } && measure.ShowsCost())
            throw new RejectedException(new Rejection("budget_unknown", "id", "There is no budget with this id."));
    }

    // A URL that is none is for the rules to refuse.
    private async Task<string?> RefusalAsync(string? url, CancellationToken cancellation) =>
        Uri.TryCreate(url, UriKind.Absolute, out var target) && target.Scheme is "http" or "https"
            ? await egress.RefusalAsync(target, cancellation)
            : null;
}
