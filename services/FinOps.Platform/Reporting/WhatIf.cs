using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Facts;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>Facts that are supposed, each as its mutation takes it.</summary>
[Name("AssumedInput")]
public sealed class AssumedInput : BookFactsInput;

/// <summary>The figures as they are and as they would be under what is supposed. The books are not touched.</summary>
/// <param name="Actual">By the books.</param>
/// <param name="Assumed">By the books with what is supposed behind them.</param>
/// <param name="Differences">Assumed less actual, by the rows' keys: a row for each that either report has.</param>
/// <param name="Total">Likewise, of the totals.</param>
[Name("WhatIf")]
public sealed record WhatIfReport(
    UnitCostReport Actual, UnitCostReport Assumed, IReadOnlyList<UnitCostDifference> Differences, UnitCostDifference Total);

/// <summary>Assumed less actual. An amount that one side does not know counts as nothing; a figure per tokens then has no difference.</summary>
[Name("UnitCostDifference")]
public sealed record UnitCostDifference(
    RowKind Kind, string? Tenant, string? Model, string? Fleet, DateTimeOffset? BucketStart, string? BucketLabel, decimal ActualCost,
    decimal Charge, decimal? ActualCostPerMillionTokens, decimal? TargetCostPerMillionTokens, decimal? VariancePerMillionTokens)
{
    /// <summary>One for each key that either list has, in the order of the first and then of the second.</summary>
    internal static IReadOnlyList<UnitCostDifference> Of(IReadOnlyList<UnitCostRow> actual, IReadOnlyList<UnitCostRow> assumed)
    {
        var (one, other) = (actual.ToDictionary(KeyOf), assumed.ToDictionary(KeyOf));
        return [.. one.Keys.Union(other.Keys).Select(key => Of(one.GetValueOrDefault(key), other.GetValueOrDefault(key)))];
    }

    internal static UnitCostDifference Of(UnitCostRow? actual, UnitCostRow? assumed)
    {
        var row = (actual ?? assumed)!;
        return new UnitCostDifference(
            row.Kind, row.Tenant, row.Model, row.Fleet, row.BucketStart, row.BucketLabel,
            (assumed?.ActualCost ?? 0) - (actual?.ActualCost ?? 0), (assumed?.Charge ?? 0) - (actual?.Charge ?? 0),
            assumed?.ActualCostPerMillionTokens - actual?.ActualCostPerMillionTokens,
            assumed?.TargetCostPerMillionTokens - actual?.TargetCostPerMillionTokens,
            assumed?.VariancePerMillionTokens - actual?.VariancePerMillionTokens);
    }

    private static (RowKind, string?, string?, string?, DateTimeOffset?) KeyOf(UnitCostRow row) =>
        (row.Kind, row.Tenant, row.Model, row.Fleet, row.BucketStart);
}

/// <summary>Figures under supposed facts.</summary>
public sealed class WhatIfQueries
{
    /// <summary><c>unitCost</c> twice over the same usage: by the books, and with what is supposed behind them. See docs/rerating.md.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<WhatIfReport> WhatIfAsync(
        UsageFilter where, AssumedInput assume, [FromServices] UnitCostReports reports, [FromServices] LiveBooks live, [FromServices] FactCatalogue facts,
        [FromServices] TimeProvider clock, [FromServices] Viewer viewer, CancellationToken cancellation,
        IReadOnlyList<Dimension>? groupBy = null, string? timeZone = "UTC", CostBasis? basis = CostBasis.Allocation, string? currency = null)
    {
        var now = clock.GetUtcNow();
        var entries = assume.Entries(now, viewer.Name, facts.Facts);
        var known = await live.KnownAsync(cancellation);
        var asked = AskedUnitCost.Of(
            new UnitCostArguments(where, groupBy, TimeZone: timeZone ?? "UTC", Basis: basis ?? CostBasis.Allocation, Currency: currency), viewer,
            known.Books.Tenants, now);
        var answers = await reports.AnswerAsync(
            asked,
            [known.Books, known.With(known.News(entries))],
            cancellation);
        return new WhatIfReport(
            answers[0], answers[1], UnitCostDifference.Of(answers[0].Rows, answers[1].Rows), UnitCostDifference.Of(answers[0].Total, answers[1].Total));
    }
}
