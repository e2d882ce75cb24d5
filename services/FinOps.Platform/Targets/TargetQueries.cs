using FinOps.Domain.Targets;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Fleets;
using FinOps.Platform.Graph;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using FinOps.Platform.Targets.Facts;
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
                .Select(t => TargetView.Of(t, book)),
        ];
    }
}

/// <summary>What a change of facts or prices would make of modelled targets.</summary>
public sealed class TargetRefreshQueries
{
    /// <summary>What <c>refreshTargets</c> would record; nothing is written.</summary>
    /// <param name="from">On a 15-minute boundary; on an hour where targets set work weights.</param>
    /// <param name="fleets">Only these; by default all.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static Task<TargetRefresh> PreviewTargetRefreshAsync(
        DateTimeOffset from, [FromServices] RefreshTargets refresh, CancellationToken cancellation, IReadOnlyList<string>? fleets = null) =>
        refresh.PreviewAsync(from, fleets, cancellation);
}

/// <summary>Changes of what tokens should cost.</summary>
public sealed class TargetMutations
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<TargetView> SetTarget(
        TargetInput input, [FromServices] RecordInBooks books, [FromServices] LiveBooks live, [FromServices] TimeProvider clock, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await books.AppendAsync([input.Entry(now, viewer.Name)], cancellation);
        return await ShownAsync(input.ToCommand().Decide(now), live, cancellation);
    }

    /// <summary>A target from the physical model; what it comes from and all its figures are kept with it. See docs/variance.md.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<TargetView> SetModelledTarget(
        ModelledTargetInput input, [FromServices] RecordInBooks books, [FromServices] LiveBooks live, [FromServices] FactCatalogue facts,
        [FromServices] TimeProvider clock, [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await books.AppendAsync([.. input.By(facts.Facts).Select(i => i.Entry(now, viewer.Name))], cancellation);
        return await ShownAsync(input.Decide(facts.Facts, await live.NowAsync(cancellation), now), live, cancellation);
    }

    /// <summary>Makes every modelled target anew by the facts of now and, where it took the fleet's price, by that; what differs holds from the instant on.</summary>
    /// <param name="from">On a 15-minute boundary; on an hour where targets set work weights.</param>
    /// <param name="reason">Why; kept with each.</param>
    /// <param name="fleets">Only these; by default all.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static Task<TargetRefresh> RefreshTargetsAsync(
        DateTimeOffset from, string reason, [FromServices] RefreshTargets refresh, [FromServices] Viewer viewer, CancellationToken cancellation,
        IReadOnlyList<string>? fleets = null) => refresh.ApplyAsync(from, fleets, reason, viewer.Name, cancellation);

    /// <summary>As the books have it; what was superseded at the same instant says nothing new of it.</summary>
    private static async Task<TargetView> ShownAsync(Target decided, LiveBooks live, CancellationToken cancellation)
    {
        var book = (await live.NowAsync(cancellation)).Targets;
        return TargetView.Of(book.At(decided.Fleet, decided.Model, QuarterHour.Holding(decided.From))!, book);
    }
}
