using FinOps.Domain.Budgets;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Budgets;

/// <summary>Creates, changes and closes budgets, through their tenant's grain.</summary>
public sealed class BudgetMutations
{
    /// <summary>Creates a budget, or changes the open one that has its id. Records that are in already are evaluated at once.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<BudgetView> CreateBudget(
        CreateBudgetInput input, [FromServices] Viewer viewer, [FromServices] BudgetDesk desk, CancellationToken cancellation)
    {
        var tenant = input.Tenant ?? (viewer.Tenants is [var own] ? own.Value : null);
        return await desk.PlaceAsync(
            new BudgetOrder
            {
                Verb = BudgetVerb.Create,
                Id = input.Id ?? $"budget-{Guid.CreateVersion7():N}",
                Tenant = tenant,
                By = viewer.Name,
                Amount = input.Amount,
                Currency = input.Currency,
                PeriodStart = input.Period?.Start,
                PeriodEnd = input.Period?.End,
                TimeZone = input.Period?.TimeZone,
                PeriodKind = input.Period?.Kind,
                PeriodDays = input.Period?.Days,
                Prorate = input.Period?.Prorate ?? false,
                Measure = input.Measure,
                Kind = input.Kind,
                WhenAway = input.WhenAway,
                Models = input.Scope?.Models?.ToArray(),
                Fleets = input.Scope?.Fleets?.ToArray(),
                Tags = input.Scope?.Tags?.SelectMany(t => (string[])[t.Key, t.Value]).ToArray(),
                Thresholds = input.Thresholds?.ToArray(),
                ThresholdAmounts = input.ThresholdAmounts?.ToArray(),
                ForecastThresholds = input.ForecastThresholds?.ToArray(),
                DriftThresholds = input.DriftThresholds?.ToArray(),
                NoDataAfterHours = input.NoDataAfterHours,
                RenotifyHours = input.RenotifyHours,
                TargetThresholds = input.TargetThresholds?.ToArray(),
                Anomaly = input.Anomaly is null ? null : input.Anomaly.Sensitivity ?? AnomalySensitivity.Medium,
                RolloverPercent = input.RolloverPercent,
                RaiseBy = input.Raise?.By,
                RaiseUntil = input.Raise?.Until,
                WebhookUrl = input.Webhook?.Url,
                WebhookSecret = input.Webhook?.Secret,
                DeliverBackfilled = input.DeliverBackfilled,
            },
            viewer, cancellation, input.Channels, input.Webhook);
    }

    /// <summary>Changes an open budget. Thresholds that the running period's spend is above already alert at once.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<BudgetView> ChangeBudget(
        ChangeBudgetInput input, [FromServices] Viewer viewer, [FromServices] BudgetDesk desk, CancellationToken cancellation) =>
        await desk.PlaceAsync(
            new BudgetOrder
            {
                Verb = BudgetVerb.Change,
                Id = input.Id ?? "",
                Tenant = await desk.TenantOfAsync(input.Id, viewer, cancellation),
                By = viewer.Name,
                Amount = input.Amount,
                EffectiveFrom = input.EffectiveFrom,
                Kind = input.Kind,
                WhenAway = input.WhenAway,
                Thresholds = input.Thresholds?.ToArray(),
                ThresholdAmounts = input.ThresholdAmounts?.ToArray(),
                ForecastThresholds = input.ForecastThresholds?.ToArray(),
                DriftThresholds = input.DriftThresholds?.ToArray(),
                NoDataAfterHours = input.NoDataAfterHours,
                RenotifyHours = input.RenotifyHours,
                TargetThresholds = input.TargetThresholds?.ToArray(),
                Anomaly = input.Anomaly is null ? null : input.Anomaly.Sensitivity ?? AnomalySensitivity.Medium,
                RolloverPercent = input.RolloverPercent,
                RaiseBy = input.Raise?.By,
                RaiseUntil = input.Raise?.Until,
                RemoveRaise = input.RemoveRaise ?? false,
                RemoveAnomaly = input.RemoveAnomaly ?? false,
                WebhookUrl = input.Webhook?.Url,
                WebhookSecret = input.Webhook?.Secret,
                RemoveWebhook = input.RemoveWebhook ?? false,
                DeliverBackfilled = input.DeliverBackfilled,
            },
            viewer, cancellation, input.Channels, input.Webhook);

    /// <summary>Closes a budget for good. Its alerts stay; closing it again changes nothing.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<BudgetView> CloseBudget(
        string id, [FromServices] Viewer viewer, [FromServices] BudgetDesk desk, CancellationToken cancellation) =>
        await desk.PlaceAsync(
            new BudgetOrder
            {
                Verb = BudgetVerb.Close,
                Id = id,
                Tenant = await desk.TenantOfAsync(id, viewer, cancellation),
                By = viewer.Name,
            },
            viewer, cancellation);
}
