using FinOps.Platform.Access;
using FinOps.Platform.Alerts.Feed;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Alerts;

/// <summary>Alerts as they are raised, and what becomes of channels.</summary>
public sealed class AlertSubscriptions
{
    /// <summary>Each alert that is raised from now on, when it is committed. The filters narrow what the key may see and never widen it.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static IObservable<AlertView> OnBudgetAlert(
        IReadOnlyList<string>? tenants, IReadOnlyList<string>? budgets, [FromServices] Viewer viewer, [FromServices] AlertFeed feed)
    {
        var mine = viewer.Narrow(tenants)?.Select(t => t.Value).ToHashSet();
        var wanted = budgets?.ToHashSet();
        return feed.Alerts(alert => (viewer.SeesCost || !alert.IsOfCost)
            && (mine is null || mine.Contains(alert.View.Tenant)) && (wanted is null || wanted.Contains(alert.View.BudgetId)));
    }

    /// <summary>
    /// Each channel that is switched off or gives up from now on, as <c>alertNotices</c> lists them. The filters narrow what the key may see
    /// and never widen it.
    /// </summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static IObservable<AlertNoticeView> OnAlertNotice(
        IReadOnlyList<string>? tenants, IReadOnlyList<string>? budgets, [FromServices] Viewer viewer, [FromServices] AlertFeed feed)
    {
        var mine = viewer.Narrow(tenants)?.Select(t => t.Value).ToHashSet();
        var wanted = budgets?.ToHashSet();
        return feed.Notices(notice => (viewer.SeesCost || !notice.IsOfCost)
            && (mine is null || mine.Contains(notice.View.Tenant)) && (wanted is null || wanted.Contains(notice.View.BudgetId)));
    }
}
