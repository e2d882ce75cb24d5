using FinOps.Contracts;
using FinOps.Domain.Fleets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Variance;
using FinOps.Domain.Values;
using FinOps.Host.Demo;
using FinOps.Platform.Fleets;
using FinOps.Platform.Metering;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using FinOps.Platform.Targets;
using FinOps.Platform.Targets.Facts;
using FinOps.Platform.Tests.Fixtures;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FinOps.Platform.Tests.Publishing;

/// <summary>A day of the demo, its catalogue and its emulator through the books: the report names the causes that were planted.</summary>
public sealed class DemoVarianceTests
{
    private const string Day = "2026-03-02T00:00Z";
    private const int Quarters = 96;
    private const int SecondsPerQuarter = 15;

    [Fact]
    public async Task The_largest_cause_of_the_demo_is_the_one_that_was_planted_on_each_fleet_and_on_all()
    {
        await using var house = await CostHouse.OpenAsync("2026-03-03T06:00Z");
        await ApplyAsync(house);
        await UseAsync(house);
        await ReportAsync(house);

        var all = await AskAsync(house);
        var targets = await TargetQueries.Targets(house.Books, house.Services.GetRequiredService<SeenSeries>(), CostHouse.Finance, CostHouse.Cancellation);
        var cost = await house.AskAsync(Day, "2026-03-03T00:00Z", [Dimension.Fleet, Dimension.Model]);

        Assert.Equal((VarianceEffect.Utilisation, "h200-west"), (all.Explanations[0].Effect, all.Explanations[0].Fleet));
        Assert.Contains("loaded and asked nothing", all.Explanations[0].Text, StringComparison.Ordinal);
        Assert.Equal(all.Total.Variance, all.Explanations.Sum(e => e.Money));
        Assert.Equal((1m, 1m), (all.TargetedTokensShare, all.TargetedCostShare));
        Assert.Equal([CapacitySource.Reported], all.CapacitySources.Select(s => s.Source));
        Assert.Equal((VarianceEffect.Price, true), await FirstAsync("h100-east", "cost 3.10 USD instead of 2.50"));
        Assert.Equal((VarianceEffect.Utilisation, true), await FirstAsync("l40s-lab", "50 % without a model"));
        Assert.Contains(all.Explanations, e => e is { Effect: VarianceEffect.Cache, Fleet: "h100-east", Model: "llama-3.3-70b", Money: > 0 } && e.Text.Contains("by design 50 %", StringComparison.Ordinal));
        Assert.Contains(all.Explanations, e => e is { Effect: VarianceEffect.Utilisation, Fleet: "h100-east" } && e.Text.Contains("draining", StringComparison.Ordinal));
        Assert.Equal(4, targets.Count(t => t.Kind == TargetKind.Modelled));
        Assert.All(cost.Rows, r => Assert.True(r.Kind == RowKind.Usage && r.TargetCostPerMillionTokens > 0 && r.VarianceEffects is not null));

        async Task<(VarianceEffect, bool)> FirstAsync(string fleet, string words)
        {
            var first = (await AskAsync(house, fleet)).Explanations[0];
            return (first.Effect, first.Text.Contains(words, StringComparison.Ordinal));
        }
    }

    private static Task<VarianceReport> AskAsync(CostHouse house, string? fleet = null) => VarianceQueries.VarianceReport(
        new UsageFilter { From = CostHouse.At(Day), To = CostHouse.At("2026-03-03T00:00Z"), Fleets = fleet is null ? null : [fleet] },
        house.Services.GetRequiredService<VarianceReports>(), CostHouse.Finance, CostHouse.Cancellation, [Dimension.Fleet]);

    /// <summary>As <c>fleets apply</c> and <c>targets apply</c> do.</summary>
    private static async Task ApplyAsync(CostHouse house)
    {
        var (folder, now, facts) = (Path.Combine(Repository.Root, "infra/catalog/demo"), house.Clock.Now, house.Services.GetRequiredService<FactCatalogue>().Facts);
        var (fleets, targets) = (Path.Combine(folder, "fleets.json"), Path.Combine(folder, "targets.json"));
        await house.Record.AppendAsync([.. CatalogFile.Entries(fleets).Select((e, i) => FleetFacts.Input(fleets, i, e).Entry(now, "demo"))], CostHouse.Cancellation);
        await house.Record.AppendAsync(
            [.. CatalogFile.Entries(targets).SelectMany((e, i) => TargetEntries.Inputs(targets, i, e, facts)).Select(i => i.Entry(now, "demo"))], CostHouse.Cancellation);
    }

    /// <summary>Some seconds of each quarter-hour stand for all of it.</summary>
    private static async Task UseAsync(CostHouse house)
    {
        var calls = new DemoCalls(1, 50);
        var start = CostHouse.At(Day).ToUnixTimeSeconds();
        await using var connection = await house.Database.OpenConnectionAsync(CostHouse.Cancellation);
        await using var batch = new NpgsqlBatch(connection);
        for (var quarter = 0; quarter < Quarters; quarter++)
        {
            var sent = Enumerable.Range(0, SecondsPerQuarter).SelectMany(s => calls.Sent(start + quarter * DemoFleets.QuarterSeconds + s * (DemoFleets.QuarterSeconds / SecondsPerQuarter)));
            foreach (var series in sent.GroupBy(r => (r.Tenant, r.Model, r.Fleet))) batch.BatchCommands.Add(Bucket(series.Key, quarter, [.. series]));
        }

        await batch.ExecuteNonQueryAsync(CostHouse.Cancellation);
    }

    private static NpgsqlBatchCommand Bucket((string Tenant, string Model, string? Fleet) series, int quarter, UsageRecord[] records)
    {
        const long scale = DemoFleets.QuarterSeconds / SecondsPerQuarter;
        var slot = QuarterHour.Holding(CostHouse.At(Day)).Index + quarter;
        var command = new NpgsqlBatchCommand(
            """
            with s as (
              insert into finops.series (tenant, model, fleet, rate_class, tags) values ($1, $2, $3, '', '')
              on conflict (tenant, model, fleet, rate_class, tags) do update set tenant = excluded.tenant returning id)
            insert into finops.bucket select id, $4, $4::int >> 2, $5, 0, $6, $7, $8, 0, $9, 0, $10, $11, 0, 0, 0 from s
            """);
        object[] values =
        [
            series.Tenant, series.Model, series.Fleet!, slot, records.Length * scale, records.Count(r => r.Status == "failed") * scale, Sum("uncachedInput"),
            Sum("cacheRead"), Sum("image"), Sum("output"), Sum("reasoning"),
        ];
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;

        long Sum(string unitClass) => scale * records.Sum(r => r.Quantities.GetValueOrDefault(unitClass) ?? 0);
    }

    private static async Task ReportAsync(CostHouse house)
    {
        var start = CostHouse.At(Day).ToUnixTimeSeconds();
        var reports = Enumerable.Range(0, Quarters).SelectMany(q => DemoFleets.Quarter(start + q * DemoFleets.QuarterSeconds)).Select(r => new ReportedFleet
        {
            Fleet = r.Fleet,
            From = r.From,
            To = r.To,
            Accelerator = r.Accelerator,
            Count = r.Count,
            State = r.State,
            CapacityWorkUnits = r.CapacityWorkUnits,
        });
        var verdicts = await house.Services.GetRequiredService<RecordFleetReports>().RecordAsync([.. reports], new Sender("http", null), CostHouse.Cancellation);
        Assert.All(verdicts, v => Assert.Equal(RecordFleetReports.Accepted, v.Verdict));
    }
}
