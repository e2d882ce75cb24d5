using FinOps.Domain.Reporting;
using FinOps.Platform.Fleets;
using FinOps.Platform.Graph;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using FinOps.Platform.Reratings;
using FinOps.Platform.Tests.Reporting;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reratings;

/// <summary>The example of docs/rerating.md: fleet f1, ten an hour, used in its first hour by two tenants and in its second by none.</summary>
internal static class ReratedHouse
{
    public const string Known = "2026-03-05T10:00Z";
    public const string Start = "2026-03-02T14:00Z";
    public const string End = "2026-03-02T16:00Z";

    public static readonly Dimension[] ByAtom = [Dimension.Tenant, Dimension.Model, Dimension.Fleet, Dimension.QuarterHour];

    public static async Task<CostHouse> OpenAsync()
    {
        var house = await CostHouse.OpenAsync(Known);
        await house.FleetAsync("f1", Start, End, 10m);
        await house.RateAsync("m", "2026-03-01T00:00Z", 1m, 2m);
        await house.TargetAsync("f1", "m", "2026-03-01T00:00Z", 4m);
        await house.UsedAsync("acme", "m", "f1", Start, 1_000_000, 500_000);
        await house.UsedAsync("globex", "m", "f1", "2026-03-02T14:30Z", 1_000_000, 0);
        house.Clock.Now = CostHouse.At("2026-03-10T12:30Z");
        return house;
    }

    /// <summary>Output at three a million instead of two, and the fleet at twelve an hour instead of ten.</summary>
    public static ReratingInput Dearer() => new() { RateCards = [Card(3m)], FleetCosts = [Cost(12m)] };

    public static RateCardInput Card(decimal output, string from = "2026-03-01T00:00Z") => new()
    {
        Model = "m",
        From = CostHouse.At(from),
        Currency = "USD",
        Rates = [new RateInput { UnitClass = "uncachedInput", PerMillion = 1m }, new RateInput { UnitClass = "output", PerMillion = output }],
    };

    public static FleetCostInput Cost(decimal perHour) =>
        new() { Fleet = "f1", From = CostHouse.At(Start), To = CostHouse.At(End), CostPerHour = perHour, Currency = "USD" };

    public static Task<ReratingPreview> PreviewAsync(this CostHouse house, ReratingInput input) => ReratingQueries.PreviewReratingAsync(
        input, house.Services.GetRequiredService<PreviewRerating>(), CostHouse.Finance, CostHouse.Cancellation);

    public static Task<ReratingView> ApplyAsync(this CostHouse house, ReratingInput input, string digest, string reason = "The invoice came.") =>
        ReratingMutations.ApplyReratingAsync(
            new ApplyReratingInput
            {
                FleetCosts = input.FleetCosts,
                FleetSizes = input.FleetSizes,
                CostLines = input.CostLines,
                RateCards = input.RateCards,
                Targets = input.Targets,
                ModelledTargets = input.ModelledTargets,
                From = input.From,
                To = input.To,
                TimeZone = input.TimeZone,
                Reason = reason,
                Digest = digest,
            },
            house.Services.GetRequiredService<ApplyRerating>(), CostHouse.Finance, CostHouse.Cancellation);

    public static async Task<ReratingView> RerateAsync(this CostHouse house, ReratingInput input) =>
        await house.ApplyAsync(input, (await house.PreviewAsync(input)).Digest);

    public static Task<Connection<ReratingView>> ReratingsAsync(this CostHouse house, int? first = null, string? after = null) =>
        ReratingQueries.ReratingsAsync(first, after, house.Database, house.Services.GetRequiredService<IDocumentStore>(), CostHouse.Cancellation);

    public static Task<Connection<BookChange>> ChangesAsync(
        this CostHouse house, BookChangeFilter? where = null, int? first = null, string? after = null) =>
        BookChangeQueries.BookChangesAsync(where, first, after, house.Books, CostHouse.Cancellation);

    /// <summary>All that the report by atoms says, in one text.</summary>
    public static async Task<string> FiguresAsync(this CostHouse house, string? asOf = null) => Text(
        await house.AskAsync("2026-03-01T00:00Z", "2026-03-03T00:00Z", ByAtom, asOf: asOf));

    public static string Text(UnitCostReport report) => string.Join('\n', report.Rows.Append(report.Total).Select(r => r.ToString()));

    public static async Task<long> EventsAsync(this CostHouse house)
    {
        await using var command = house.Database.CreateCommand("select count(*) from finops.mt_events");
        return (long)(await command.ExecuteScalarAsync(CostHouse.Cancellation))!;
    }
}
