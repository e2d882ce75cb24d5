using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Pricing;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>Who and what there is: as seen in usage, and as priced.</summary>
public sealed class SeenQueries
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IReadOnlyList<TenantView>> Tenants(
        [FromServices] SeenSeries seen, [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var tenants = (await seen.OfAsync(viewer.Tenants, cancellation)).Select(s => s.Series.Tenant).Concat(viewer.Tenants ?? []);
        return [.. tenants.Distinct().OrderBy(t => t.Value, StringComparer.Ordinal).Select(t => new TenantView(t.Value))];
    }

    /// <summary>Models in use or with a rate card; a tenant sees those that it used.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IReadOnlyList<ModelView>> Models(
        [FromServices] SeenSeries seen, [FromServices] LiveBooks books, [FromServices] TimeProvider clock, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var rates = (await books.NowAsync(cancellation)).Rates;
        var used = (await seen.OfAsync(viewer.Tenants, cancellation)).Select(s => s.Series.Model);
        var models = viewer.Tenants is null ? used.Concat(rates.Models) : used;
        var now = QuarterHour.Holding(clock.GetUtcNow());
        return
        [
            .. models.Distinct().OrderBy(m => m.Value, StringComparer.Ordinal)
                .Select(m => new ModelView(m.Value, IsPriced(m))),
        ];

        bool IsPriced(ModelId model) =>
            viewer.Tenants is { } tenants ? tenants.Any(t => rates.At(model, now, t) is not null) : rates.At(model, now) is not null;
    }
}

/// <summary>A tenant as GraphQL shows it.</summary>
[Name("Tenant")]
public sealed record TenantView(string Id);

/// <summary>A model as GraphQL shows it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Priced">Whether a rate card is in effect now.</param>
[Name("Model")]
public sealed record ModelView(string Id, bool Priced);
