using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Alerts.Messages;
using FinOps.Platform.Graph;
using GraphQL;
using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>What people do about the delivery of alerts.</summary>
public sealed class AlertMutations
{
    /// <summary>Sends an alert through a channel (again), with a new schedule of tries. Its id stays: a receiver that has it drops it.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<AlertView> RedeliverAlert(
        string id, string channel, [FromServices] Viewer viewer, [FromServices] AlertStore alerts, [FromServices] AlertRemedies remedies,
        [FromServices] NpgsqlDataSource database, [FromServices] DeliveryRequests deliveries, [FromServices] TimeProvider clock,
        CancellationToken cancellation)
    {
        // What tells of cost is there for those alone who may see cost.
        if (await RaisedAlert.ReadAsync(database, id, cancellation) is not { View: var alert, IsOfCost: var isOfCost }
            || !viewer.MaySee(new TenantId(alert.Tenant)) || (isOfCost && !viewer.SeesCost))
            throw new RejectedException(new Rejection("alert_unknown", "id", "There is no alert with this id."));
        if (!await remedies.HasChannelAsync(alert.BudgetId, channel, cancellation))
            throw new RejectedException(new Rejection("channel_unknown", "channel", "The budget has no channel of this name."));
        await alerts.RedeliverAsync(id, channel, clock.GetUtcNow(), cancellation);
        deliveries.Deliver(id);
        return (await RaisedAlert.ReadAsync(database, id, cancellation))!.View;
    }

    /// <summary>Sends a made-up alert of kind <c>TEST</c> through a channel, once, now, and says what became of it.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static Task<DeliveryView> SendTestAlert(
        string budgetId, string channel, [FromServices] Viewer viewer, [FromServices] AlertRemedies remedies, CancellationToken cancellation) =>
        remedies.TestAsync(budgetId, channel, viewer, cancellation);

    /// <summary>
    /// Gives a webhook another secret. Until <c>oldUntil</c>, a day when left out, deliveries carry a signature by each, so that the receiver
    /// can change over in between.
    /// </summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static Task<RotatedSecretView> RotateWebhookSecret(
        string budgetId, string? secret, DateTimeOffset? oldUntil, [FromServices] Viewer viewer, [FromServices] AlertRemedies remedies,
        CancellationToken cancellation) => remedies.RotateAsync(budgetId, secret, oldUntil, viewer, cancellation);

    /// <summary>Starts a channel again that its receiver had switched off by answering 410.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<AlertChannelView> EnableAlertChannel(
        string budgetId, string channel, [FromServices] Viewer viewer, [FromServices] AlertRemedies remedies,
        [FromServices] AlertDestinations destinations, CancellationToken cancellation)
    {
        await remedies.RequireBudgetAsync(budgetId, "budgetId", viewer, cancellation);
        if (!await destinations.EnableAsync(budgetId, channel, cancellation))
            throw new RejectedException(new Rejection("channel_unknown", "channel", "The budget has no channel of this name."));
        return (await destinations.ListAsync(budgetId, cancellation)).Single(c => c.Name == channel);
    }

    /// <summary>Alerts wait from <c>from</c> to <c>to</c> by the zone's clock, over midnight where <c>to</c> is the earlier one.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<QuietHoursView> SetQuietHours(
        string budgetId, string from, string to, string? timeZone, [FromServices] Viewer viewer, [FromServices] AlertRemedies remedies,
        [FromServices] QuietHoursStore store, [FromServices] TimeProvider clock, CancellationToken cancellation)
    {
        await remedies.RequireBudgetAsync(budgetId, "budgetId", viewer, cancellation);
        var hours = QuietHours.Read(from, to, timeZone);
        await store.SetAsync(budgetId, hours, clock.GetUtcNow(), viewer.Name, cancellation);
        return QuietHoursView.Of(hours);
    }

    /// <summary>Alerts go at any hour. What waits already goes when it was to go.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<bool> RemoveQuietHours(
        string budgetId, [FromServices] Viewer viewer, [FromServices] AlertRemedies remedies, [FromServices] QuietHoursStore store,
        [FromServices] TimeProvider clock, CancellationToken cancellation)
    {
        await remedies.RequireBudgetAsync(budgetId, "budgetId", viewer, cancellation);
        await store.SetAsync(budgetId, null, clock.GetUtcNow(), viewer.Name, cancellation);
        return true;
    }

    /// <summary>The texts of a budget's messages, or of all of a tenant's budgets. What is left out is ours.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static Task<AlertTemplateView> SetAlertTemplate(
        AlertTemplateInput input, [FromServices] Viewer viewer, [FromServices] SetAlertTexts texts, CancellationToken cancellation) =>
        texts.SetAsync(input, viewer, cancellation);

    /// <summary>Back to ours, or to the tenant's. Removing what is not there changes nothing.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static Task<bool> RemoveAlertTemplate(
        string? tenant, string? budgetId, [FromServices] Viewer viewer, [FromServices] SetAlertTexts texts, CancellationToken cancellation) =>
        texts.RemoveAsync(tenant, budgetId, viewer, cancellation);
}

/// <summary>A webhook's new secret, shown once, and until when the old one signs beside it.</summary>
[Name("RotatedSecret")]
public sealed record RotatedSecretView(string WebhookSecret, DateTimeOffset OldUntil)
{
    public override string ToString() => $"until {OldUntil:O}";
}
