using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Fleets;
using FinOps.Platform.Graph;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using GraphQL;

namespace FinOps.Platform.Targets;

/// <summary>What tokens should cost.</summary>
public sealed class TargetQueries
{
    /// <param name="fleet">Only this fleet's; by default all.</param>
    /// <param name="model">Only this model's; by default all.</param>
    /// <param name="at">Only those in effect then; by default every target.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IReadOnlyList<TargetView>> Targets(
        [FromServices] LiveBooks books, [FromServices] SeenSeries seen, [FromServices] Viewer viewer, CancellationToken cancellation,
        string? fleet = null, string? model = null, DateTimeOffset? at = null)
    {
        Cost.RequireSeen(viewer, "targets");
        var book = (await books.NowAsync(cancellation)).Targets;
        var used = viewer.Tenants is null
            ? null
            : (await seen.OfAsync(viewer.Tenants, cancellation)).Select(s => (s.Series.Fleet, s.Series.Model)).ToHashSet();
        return
        [
            .. book.All
                .Where(t => (fleet is null || t.Fleet.Value == fleet) && (model is null || t.Model.Value == model))
                .Where(t => used is null || used.Contains((t.Fleet, t.Model)))
                .Where(t => at is not { } instant || book.At(t.Fleet, t.Model, QuarterHour.Holding(instant)) == t)
                .Select(TargetView.Of),
        ];
    }
}

/// <summary>Changes of what tokens should cost.</summary>
public sealed class TargetMutations
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<TargetView> SetTarget(
        TargetInput input, [FromServices] RecordInBooks books, [FromServices] TimeProvider clock, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await books.AppendAsync([input.Entry(now, viewer.Name)], cancellation);
        return TargetView.Of(input.ToCommand().Decide(now));
    }
}
