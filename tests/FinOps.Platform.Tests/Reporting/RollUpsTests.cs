using System.Text.Json;
using FinOps.Domain.Reporting;
using FinOps.Domain.Tenants;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Metering;
using FinOps.Platform.Reporting;
using FinOps.Platform.Tests.Targets;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FinOps.Platform.Tests.Reporting;

/// <summary>A process that keeps roll-ups answers to the letter as one that reads every quarter-hour, whatever happened in between.</summary>
public sealed class RollUpsTests
{
    private const string Now = "2026-03-12T13:40Z";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Answers_are_those_of_the_buckets_whatever_changes_between_questions(int seed)
    {
        await using var house = await CostHouse.OpenAsync(Now);
        var random = new Random(seed);
        var fromRollUps = 0;
        for (var round = 0; round < 25; round++)
        {
            for (var i = random.Next(6); i > 0; i--) await ChangeAsync(house, random);
            for (var i = 0; i < 4; i++) fromRollUps += await CompareAsync(house, Question(random)) ? 1 : 0;
        }

        Assert.True(fromRollUps > 50, $"only {fromRollUps} of 100 answers came from roll-ups");
    }

    [Fact]
    public async Task What_is_not_committed_yet_is_not_seen_and_seen_once_it_is_although_others_committed_meanwhile()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        await house.FleetAsync("f1", "2026-03-01T00:00Z", null, 10m);
        await house.UsedAsync("a", "m0", "f1", "2026-03-02T01:00Z", 100, 0);
        Assert.Equal(100, await TokensAsync());

        await using var slow = await house.Database.OpenConnectionAsync(CostHouse.Cancellation);
        await using var transaction = await slow.BeginTransactionAsync(CostHouse.Cancellation);
        await AddAsync(slow, 10);
        Assert.Equal(100, await TokensAsync());
        await house.UsedAsync("a", "m0", "f1", "2026-03-02T02:00Z", 1, 0);
        Assert.Equal(101, await TokensAsync());
        await transaction.CommitAsync(CostHouse.Cancellation);
        Assert.Equal(111, await TokensAsync());

        // As does what a job made few: an older note goes, the newer one tells the same.
        await house.UsedAsync("a", "m0", "f1", "2026-03-02T01:00Z", 1_000, 0, recordedAt: "2026-03-09T00:00Z");
        Assert.True(await house.Services.GetRequiredService<CompactUsageChanges>().RunAsync(CostHouse.Cancellation) > 0);
        Assert.Equal(1_111, await TokensAsync());
        Assert.Equal(0, await house.Services.GetRequiredService<CompactUsageChanges>().RunAsync(CostHouse.Cancellation));

        async Task<long> TokensAsync() => (await house.AskAsync("2026-03-01T00:00Z", "2026-03-04T00:00Z")).Total.Tokens.Total;

        static async Task AddAsync(NpgsqlConnection connection, long tokens)
        {
            await using var command = new NpgsqlCommand(
                """
                with noted as (insert into finops.usage_change (fleet, hour) select 'f1', slot >> 2 from finops.bucket)
                update finops.bucket set uncached_input = uncached_input + $1
                """, connection)
            { Parameters = { new() { Value = tokens } } };
            await command.ExecuteNonQueryAsync(CostHouse.Cancellation);
        }
    }

    [Fact]
    public async Task Questions_and_commits_side_by_side_leave_nothing_stale()
    {
        await using var house = await CostHouse.OpenAsync(Now);
        await house.FleetAsync("f0", "2026-03-01T00:00Z", null, 10m);
        await house.FleetAsync("f1", "2026-03-01T00:00Z", null, 7m);
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            var random = new Random(w);
            for (var i = 0; i < 40; i++) await UseAsync(house, random);
        }, CostHouse.Cancellation)).ToList();
        var readers = Enumerable.Range(0, 4).Select(r => Task.Run(async () =>
        {
            var shown = 0L;
            while (!writers.TrueForAll(w => w.IsCompleted))
            {
                // Records only grow here, so an older answer after a newer one would show.
                var records = (await house.AskAsync("2026-03-01T00:00Z", "2026-03-13T00:00Z", [Dimension.Tenant, Dimension.Model])).Total.Records;
                Assert.True(records >= shown, $"{shown} records were shown, then {records}");
                shown = records;
            }
        }, CostHouse.Cancellation)).ToList();
        await Task.WhenAll(writers.Concat(readers));

        Assert.True(await CompareAsync(house, new Asked([Dimension.Tenant, Dimension.Model, Dimension.Day], "UTC", 0, 12 * 96, null, null, null, CostHouse.Finance)));
        Assert.Equal(160, (await house.AskAsync("2026-03-01T00:00Z", "2026-03-13T00:00Z")).Total.Records);
    }

    [Fact]
    public async Task A_process_that_may_keep_next_to_nothing_answers_the_same()
    {
        await using var house = await CostHouse.OpenAsync(Now, rollUpCells: 5);
        var random = new Random(7);
        for (var i = 0; i < 30; i++) await ChangeAsync(house, random);
        for (var i = 0; i < 10; i++) await CompareAsync(house, Question(random));
    }

    /// <returns>Whether roll-ups answered.</returns>
    private static async Task<bool> CompareAsync(CostHouse house, Asked asked)
    {
        var start = CostHouse.At("2026-03-01T00:00Z");
        var where = new UsageFilter
        {
            From = start.AddMinutes(15 * asked.First),
            To = start.AddMinutes(15 * asked.End),
            Tenants = asked.Tenants,
            Models = asked.Models,
            Fleets = asked.Fleets,
        };
        var question = AskedUnitCost.Of(new UnitCostArguments(where, asked.GroupBy, TimeZone: asked.TimeZone), asked.Viewer, TenantBook.Empty, house.Clock.Now);
        var reports = house.Services.GetRequiredService<UnitCostReports>();
        var expected = await TextAsync(() => reports.FromBucketsAsync(question, CostHouse.Cancellation));
        var answered = await TextAsync(() =>
            reports.AskAsync(new UnitCostArguments(where, asked.GroupBy, TimeZone: asked.TimeZone), asked.Viewer, CostHouse.Cancellation));
        Assert.Equal(expected, answered);
        if (asked.Viewer.SeesCost && !expected.StartsWith("refused", StringComparison.Ordinal)) await CompareCausesAsync(house, asked, where);
        var settled = house.Clock.Now - TimeSpan.FromHours(2);
        return !expected.StartsWith("refused", StringComparison.Ordinal)
            && await house.Services.GetRequiredService<RollUps>().AskAsync(question, settled, CostHouse.Cancellation) is not null;

        // Decimals are written with all their digits, so not even a trailing zero may differ.
        static async Task<string> TextAsync(Func<Task<UnitCostReport>> ask)
        {
            try
            {
                return JsonSerializer.Serialize(await ask());
            }
            catch (RejectedException refused)
            {
                return $"refused: {refused.Rejections[0].Code} {refused.Rejections[0].Field}";
            }
        }
    }

    /// <summary>Rows, effects and causes in words; what is wanted of quotients in a sentence is that they are the same.</summary>
    private static async Task CompareCausesAsync(CostHouse house, Asked asked, UsageFilter where)
    {
        var arguments = new UnitCostArguments(where, asked.GroupBy, TimeZone: asked.TimeZone, Explains: true);
        var reports = house.Services.GetRequiredService<VarianceReports>();
        var question = AskedUnitCost.Of(arguments, asked.Viewer, TenantBook.Empty, house.Clock.Now);
        var expected = await reports.FromBucketsAsync(question, await house.Books.NowAsync(CostHouse.Cancellation), CostHouse.Cancellation);
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(await reports.AskAsync(arguments, asked.Viewer, CostHouse.Cancellation)));
    }

    private static Asked Question(Random random)
    {
        Dimension[] times = [Dimension.QuarterHour, Dimension.Hour, Dimension.Day, Dimension.Month];
        string[] zones = ["UTC", "UTC", "America/New_York", "Asia/Kathmandu", "Europe/Berlin"];
        Dimension[] groups =
        [
            .. random.Next(2) == 0 ? [Dimension.Tenant] : Array.Empty<Dimension>(),
            .. random.Next(2) == 0 ? [Dimension.Model] : Array.Empty<Dimension>(),
            .. random.Next(2) == 0 ? [Dimension.Fleet] : Array.Empty<Dimension>(),
            .. random.Next(2) == 0 ? [times[random.Next(4)]] : Array.Empty<Dimension>(),
        ];
        // Most windows are of whole days, some cut hours; some end after now.
        var first = random.Next(4) == 0 ? random.Next(10 * 96) : random.Next(8) * 96;
        var end = random.Next(4) == 0 ? first + 1 + random.Next(4 * 96) : first + (96 * random.Next(1, 8));
        var viewer = random.Next(6) switch
        {
            0 => new Viewer("t0", ViewerRole.Tenant, [new TenantId("t0")], SeesCost: false),
            1 => new Viewer("t1", ViewerRole.Tenant, [new TenantId("t1")], SeesCost: true),
            _ => CostHouse.Finance,
        };
        return new Asked(groups, zones[random.Next(5)], first, end, Some("t", 3), Some("m", 3), Some("f", 4), viewer);

        string[]? Some(string name, int count) => random.Next(3) == 0 ? [$"{name}{random.Next(count)}", $"{name}{random.Next(count)}"] : null;
    }

    private static async Task ChangeAsync(CostHouse house, Random random)
    {
        var from = CostHouse.At("2026-03-01T00:00Z").AddMinutes(15 * random.Next(12 * 96)).ToString("O");
        switch (random.Next(18))
        {
            case 0: await house.FleetAsync($"f{random.Next(3)}", from, null, random.Next(1, 1_000) / 8m); break;
            case 1: await house.RateAsync($"m{random.Next(3)}", from, random.Next(1, 9) / 4m, random.Next(2) == 0 ? null : 2.123456m); break;
            case 2: await house.TargetAsync($"f{random.Next(3)}", $"m{random.Next(3)}", from, random.Next(1, 9)); break;
            case 4: await house.ModelledAsync($"f{random.Next(3)}", $"m{random.Next(3)}", from, random.Next(1, 9) / 8m); break;
            case 5: await house.ReportAsync($"f{random.Next(3)}", from, random.Next(1, 9), "serving", random.Next(1, 9) * 10_000); break;
            case 3: house.Clock.Now += TimeSpan.FromMinutes(random.Next(90)); break;
            default: await UseAsync(house, random); break;
        }
    }

    /// <summary>Some of it without a fleet, some on one that nobody registered, some of it late.</summary>
    private static Task UseAsync(CostHouse house, Random random)
    {
        var fleet = random.Next(6) is > 0 and var number ? $"f{number % 4}" : "";
        var at = CostHouse.At("2026-03-01T00:00Z").AddMinutes(15 * random.Next((11 * 96) + 50)).ToString("O");
        return house.UsedAsync(
            $"t{random.Next(3)}", $"m{random.Next(3)}", fleet, at, random.Next(5_000), random.Next(900),
            recordedAt: $"{CostHouse.At("2026-03-20T00:00Z").AddHours(random.Next(100_000)):O}", reasoning: random.Next(50));
    }

    private sealed record Asked(
        Dimension[] GroupBy, string TimeZone, int First, int End, string[]? Tenants, string[]? Models, string[]? Fleets, Viewer Viewer);
}
