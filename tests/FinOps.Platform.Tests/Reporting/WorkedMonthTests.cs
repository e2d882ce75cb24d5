using System.Globalization;
using FinOps.Domain.Fleets;
using FinOps.Domain.Reporting;
using FinOps.Platform.Fleets;
using FinOps.Platform.Periods;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reporting;

/// <summary>docs/worked-month.md, recorded and asked: each line of its tables is what the system answers.</summary>
public sealed class WorkedMonthTests
{
    private const string From = "2026-04-01T00:00:00Z";
    private const string To = "2026-05-01T00:00:00Z";

    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "worked-month.md"));

    [Fact]
    public async Task The_month_is_as_the_document_derives_it()
    {
        await using var house = await MonthAsync();

        var report = await house.AskAsync(From, To, [Dimension.Tenant]);
        var economics = await EconomicsAsync(house);

        foreach (var (row, margin) in report.Rows.Zip(economics.Rows).Append((report.Total, economics.Total)))
        {
            Told(
                row.Kind == RowKind.Idle ? "idle" : row.Tenant ?? "total", $"{row.Tokens.Total / 1_000_000}", Money(row.ActualCost), Money(row.Charge), Money(margin.Margin),
                Money(row.ActualCostPerMillionTokens), Money(row.TargetCostPerMillionTokens), Money(row.VariancePerMillionTokens));
        }

        Assert.Equal((0m, 0m, CostHouse.At(From)), (report.Completeness.UnpricedTokensShare, report.Completeness.UnattributedRecordsShare, report.Completeness.LastFactAt));
        Assert.Equal([("m", 1), ("m", 2), ("m", 3)], report.Completeness.RateCards.Select(c => (c.Model, c.Version)));
        var fleet = Assert.Single(economics.Fleets);
        Assert.Equal((2_880m, 2.225m, 0.916666666667m), (fleet.AcceleratorHours, fleet.ActualCostPerAcceleratorHour, fleet.IdleShare));
        Assert.Contains($"{fleet.IdleShare!.Value.ToString(CultureInfo.InvariantCulture)} of its cost", Text, StringComparison.Ordinal);
        var acme = economics.Rows.Single(r => r.Tenant == "acme");
        Assert.Equal(
            [("uncachedInput", 53.40m, 1.78m), ("output", 106.80m, 7.12m)],
            acme.Classes.Select(c => (c.UnitClass, c.ActualCost!.Value, c.ActualCostPerMillionTokens!.Value)));
        Assert.Equal(acme.ActualCost, acme.Classes.Sum(c => c.ActualCost));
    }

    [Fact]
    public async Task An_hour_of_the_fleet_and_a_day_of_each_tenant_are_as_the_document_derives_them()
    {
        await using var house = await MonthAsync();

        var hour = await house.AskAsync("2026-04-07T11:00:00Z", "2026-04-07T12:00:00Z");
        var early = await house.AskAsync("2026-04-07T00:00:00Z", "2026-04-08T00:00:00Z", [Dimension.Tenant]);
        var late = await house.AskAsync("2026-04-20T00:00:00Z", "2026-04-21T00:00:00Z", [Dimension.Tenant]);

        Told("the hour", Money(hour.Total.ActualCost));
        Assert.Equal([("acme", 5.34m, 2.00m), ("globex", 3.56m, 2.00m), ("initech", 8.90m, 0.75m), (null, 195.80m, null)], early.Rows.Select(r => (r.Tenant, r.ActualCost!.Value, r.Charge)));
        Assert.Equal([2.50m, 2.00m, 0.75m, null], late.Rows.Select(r => r.Charge));
    }

    [Fact]
    public async Task The_formula_behind_a_figure_has_the_numbers_of_the_document()
    {
        await using var house = await MonthAsync();

        var formula = await ExplainCostQueries.ExplainCost(
            "acme", "m", "w", CostHouse.At("2026-04-20T10:00:00Z"), house.Books, house.Services.GetRequiredService<SeenSeries>(), house.Database, CostHouse.Cancellation);
        var row = (await house.AskAsync("2026-04-20T10:00:00Z", "2026-04-20T11:00:00Z", tenants: ["acme"])).Total;

        Assert.Equal("8.9 × 3000000 ÷ 5000000 = 5.34", formula.Formula);
        Assert.Equal((row.ActualCost, row.Charge), (formula.ActualCost, formula.Charge));
        Assert.Equal([("committed", 6.00m), ("demand", 2.50m), ("power", 0.40m)], formula.CostLines.Select(l => (l.Line, l.Cost)));
        Assert.Equal([("uncachedInput", 1_000_000m), ("output", 2_000_000m)], formula.Work.Select(w => (w.UnitClass, w.WorkUnits)));
        Assert.Equal(
            [("uncachedInput", 0.000001m, 1.00m, 2), ("output", 0.000003m, 1.50m, 2)],
            formula.ChargeLines.Select(l => (l.UnitClass, l.RatePerUnit!.Value, l.Amount!.Value, l.CardVersion)));
        var idle = await ExplainCostQueries.ExplainCost(
            "acme", "m", "w", CostHouse.At("2026-04-20T09:00:00Z"), house.Books, house.Services.GetRequiredService<SeenSeries>(), house.Database, CostHouse.Cancellation);
        Assert.Equal((0m, ChargeKind.Unpriced), (idle.ActualCost, idle.ChargeKind));
    }

    [Fact]
    public async Task What_comes_after_the_closing_is_adjusted_as_the_document_derives_it()
    {
        await using var house = await MonthAsync();
        house.Clock.Now = CostHouse.At("2026-05-01T03:00:00Z");
        await PeriodMutations.ClosePeriod(
            new ClosePeriodInput { Period = "2026-04" }, house.Record, house.Books, house.Services.GetRequiredService<AccountingCalendar>(),
            house.Services.GetRequiredService<IConfiguration>(), house.Clock, CostHouse.Finance, CostHouse.Cancellation);
        await house.UsedAsync("acme", "m", "w", "2026-04-10T10:30:00Z", 1_000_000, 0, recordedAt: "2026-05-05T09:00:00Z");
        house.Clock.Now = CostHouse.At("2026-05-06T00:00:00Z");

        var (april, may) = (await StatementAsync(house, "2026-04"), await StatementAsync(house, "2026-05"));

        Assert.Equal((6_408.00m, 150.00m, 0), (april.Total.Cost, april.Total.Charge, april.Adjustments.Count));
        foreach (var moved in may.Adjustments) Told(moved.Tenant!, Money(moved.ActualCost), Money(moved.Charge));
        Assert.Equal(0m, may.Total.AdjustmentCost);
        Assert.Equal(2, may.Adjustments.Count);
    }

    private static async Task<CostHouse> MonthAsync()
    {
        var house = await CostHouse.OpenAsync("2026-04-01T00:00:00Z");
        await FleetMutations.SetFleetSize(
            new FleetSizeInput { Fleet = "w", From = CostHouse.At(From), Accelerator = "H100", Count = 4 }, house.Record, house.Clock, CostHouse.Finance, CostHouse.Cancellation);
        await LineAsync(house, new CostLineInput { Fleet = "w", Line = "committed", Kind = CostLineKind.Committed, From = CostHouse.At(From), To = CostHouse.At(To), Currency = "USD", Count = 3, PricePerAcceleratorHour = 2.00m });
        await LineAsync(house, new CostLineInput { Fleet = "w", Line = "demand", Kind = CostLineKind.OnDemand, From = CostHouse.At(From), To = CostHouse.At(To), Currency = "USD", PricePerAcceleratorHour = 2.50m });
        await LineAsync(house, new CostLineInput
        {
            Fleet = "w",
            Line = "power",
            Kind = CostLineKind.Power,
            From = CostHouse.At(From),
            To = CostHouse.At(To),
            Currency = "USD",
            KilowattsPerAccelerator = 1.0m,
            PowerUsageEffectiveness = 1.25m,
            PricePerKilowattHour = 0.08m,
        });
        await house.RateAsync("m", From, 1.00m, 2.00m);
        await house.RateAsync("m", "2026-04-16T00:00:00Z", 1.00m, 3.00m);
        await PricingMutations.SetRateCard(
            new RateCardInput { Model = "m", Tenant = "initech", From = CostHouse.At(From), Currency = "USD", Rates = [new RateInput { UnitClass = "output", PerMillion = 1.50m }] },
            house.Record, house.Books, house.Clock, CostHouse.Finance, CostHouse.Cancellation);
        await house.TargetAsync("w", "m", From, 3.00m);
        for (var day = 1; day <= 30; day++)
        {
            await house.UsedAsync("acme", "m", "w", $"2026-04-{day:00}T10:15:00Z", 1_000_000, 500_000);
            await house.UsedAsync("globex", "m", "w", $"2026-04-{day:00}T10:45:00Z", 2_000_000, 0);
            await house.UsedAsync("initech", "m", "w", $"2026-04-{day:00}T11:00:00Z", 0, 500_000);
        }

        house.Clock.Now = CostHouse.At(To);
        return house;
    }

    private static Task<CostLineView> LineAsync(CostHouse house, CostLineInput line) =>
        FleetMutations.SetCostLine(line, house.Record, house.Clock, CostHouse.Finance, CostHouse.Cancellation);

    private static Task<UnitEconomicsReport> EconomicsAsync(CostHouse house) => UnitEconomicsQueries.UnitEconomics(
        new UsageFilter { From = CostHouse.At(From), To = CostHouse.At(To) }, house.Services.GetRequiredService<UnitEconomicsReports>(), CostHouse.Finance,
        CostHouse.Cancellation, [Dimension.Tenant]);

    private static Task<StatementView> StatementAsync(CostHouse house, string period) => PeriodQueries.Statement(
        period, house.Services.GetRequiredService<PeriodStatements>(), CostHouse.Finance, CostHouse.Cancellation, [Dimension.Tenant]);

    /// <summary>The document has the line, with the figures where they were derived.</summary>
    private static void Told(params string[] cells) => Assert.Contains(
        Text.Split('\n').Where(l => l.StartsWith('|')).Select(l => l.Split('|', StringSplitOptions.TrimEntries)[1..^1]),
        told => told.Length == cells.Length && told.Select(t => t.Split(" = ")[^1]).SequenceEqual(cells));

    /// <summary>As people write it: thousands apart, two decimals or more; what there is not is empty.</summary>
    private static string Money(decimal? amount) => amount is { } known ? known.ToString("#,##0.00##########", CultureInfo.InvariantCulture) : "";
}
