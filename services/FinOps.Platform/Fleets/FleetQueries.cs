using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using GraphQL;

namespace FinOps.Platform.Fleets;

/// <summary>What the fleets cost.</summary>
public sealed class FleetQueries
{
    /// <param name="at">The moment whose cost is shown as <c>cost</c>; by default now.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IReadOnlyList<FleetView>> Fleets(
        [FromServices] LiveBooks books, [FromServices] SeenSeries seen, [FromServices] FleetSigns signs, [FromServices] TimeProvider clock,
        [FromServices] Viewer viewer, CancellationToken cancellation, DateTimeOffset? at = null)
    {
        Cost.RequireSeen(viewer, "fleets");
        var book = (await books.NowAsync(cancellation)).Fleets;
        var slot = QuarterHour.Holding(at ?? clock.GetUtcNow());
        var used = (await seen.OfAsync(viewer.Tenants, cancellation)).Select(s => s.Series.Fleet).OfType<FleetId>();
        // A tenant sees the fleets that served it; the others' costs are not its business.
        var fleets = viewer.Tenants is null ? used.Concat(book.Fleets).Concat(await signs.ReportedAsync(cancellation)) : used;
        return
        [
            .. fleets.Distinct().OrderBy(f => f.Value, StringComparer.Ordinal).Select(fleet => new FleetView(
                fleet.Value, book.IsRegistered(fleet), book.IsShared(fleet), book.At(fleet, slot) is { } cost ? FleetCostView.Of(cost) : null,
                [.. book.Lines(fleet).Select(FleetCostView.Of)], [.. book.Sizes(fleet).Select(FleetSizeView.Of)],
                [.. book.CostLines(fleet).Select(CostLineView.Of)])),
        ];
    }
}

/// <summary>Changes of what the fleets cost.</summary>
public sealed class FleetMutations
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<FleetCostView> SetFleetCost(
        FleetCostInput input, [FromServices] RecordInBooks books, [FromServices] TimeProvider clock, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await books.AppendAsync([input.Entry(now, viewer.Name)], cancellation);
        return FleetCostView.Of(input.ToCommand().Decide(now));
    }

    /// <summary>How many accelerators a fleet has from an instant on.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<FleetSizeView> SetFleetSize(
        FleetSizeInput input, [FromServices] RecordInBooks books, [FromServices] TimeProvider clock, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await books.AppendAsync([input.Entry(now, viewer.Name)], cancellation);
        return FleetSizeView.Of(input.ToCommand().Decide(now));
    }

    /// <summary>One cost line of a fleet from an instant on.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<CostLineView> SetCostLine(
        CostLineInput input, [FromServices] RecordInBooks books, [FromServices] TimeProvider clock, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await books.AppendAsync([input.Entry(now, viewer.Name)], cancellation);
        return CostLineView.Of(input.ToCommand().Decide(now));
    }
}
