using FinOps.Domain.Metering;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Corrections;
using FinOps.Platform.Metering;
using FinOps.Platform.Reconciliation;
using FinOps.Platform.Storage;
using FinOps.Platform.Tests.Metering;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reconciliation;

/// <summary>Books of a version that did not keep rate classes and tags apart, taken over by this one.</summary>
public sealed class RegroupUsageTests
{
    private const string Buckets =
        """
        select string_agg(concat_ws(' ', tenant, model, fleet, rate_class, tags, slot, recorded_hour, records, output, uncached_input), E'\n'
          order by tenant, model, fleet, rate_class, tags, slot, recorded_hour)
        from finops.bucket b join finops.series s on s.id = b.series
        """;

    /// <summary>Everything that script 013 brought, taken away again, and the usage in the buckets in which it was counted then.</summary>
    private const string AsItWas =
        """
        insert into finops.series (tenant, model, fleet) select distinct tenant, model, fleet from finops.series on conflict do nothing;
        create table was as
          select w.id, slot, recorded_hour, sum(records) a, sum(incomplete) b, sum(failed) c, sum(uncached_input) d, sum(cache_read) e, sum(cache_write) f,
            sum(image) g, sum(audio_input) h, sum(output) i, sum(reasoning) j, sum(audio_output) k, sum(requests) l, sum(seconds) m
          from finops.bucket b join finops.series s on s.id = b.series
          join finops.series w on (w.tenant, w.model, w.fleet, w.rate_class, w.tags) = (s.tenant, s.model, s.fleet, '', '')
          group by 1, 2, 3;
        delete from finops.bucket;
        insert into finops.bucket table was;
        drop table was;
        delete from finops.series where rate_class <> '' or tags <> '';
        alter table finops.series drop column rate_class, drop column tags;
        alter table finops.series add unique (tenant, model, fleet);
        alter table finops.ledger_difference drop column rate_class, drop column tags;
        create unique index ledger_difference_open on finops.ledger_difference (kind, tenant, model, fleet, slot, unit) where healed_at is null;
        drop table finops.stream_to_regroup;
        drop function finops.regroup_usage();
        delete from finops.schema_version where version = 13;
        """;

    private static readonly Meter TheMeter = new(new TenantId("acme"), new ModelId("m"));

    [Fact]
    public async Task Usage_that_was_counted_before_is_in_the_buckets_of_its_rate_class_and_tags_and_nothing_alarms()
    {
        await using var before = await RecordedAsync();
        Assert.Empty((await CheckAsync(before)).Differences);
        var (right, teams) = (await BucketsAsync(before), await TeamsAsync(before));
        Assert.Contains(" f 32k/batch application=chat&team=other ", right, StringComparison.Ordinal);
        Assert.Equal(["blue 24", "other 16", " 40"], teams);
        await ExecuteAsync(before, AsItWas);

        await using var after = before.Neighbour();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Scripts(after).VerifyAsync(CostHouse.Cancellation));
        await Scripts(after).ApplyAsync(CostHouse.Cancellation);

        Assert.Equal(right, await BucketsAsync(after));
        Assert.Equal(teams, await TeamsAsync(after));
        Assert.Empty((await CheckAsync(after)).Differences);
        // Usage of then is taken back from where it is now; the books refuse to take it from anywhere else.
        var report = await after.Services.GetRequiredService<CorrectRecord>().VoidAsync(
            new RecordIdentity(TheMeter.Tenant, "s", "1", null, null), new AskedCorrection("finance", "twice", false), CostHouse.Cancellation);
        Assert.Equal((1, 0), (report.RecordsBefore, report.RecordsAfter));
        Assert.Equal(["blue 24", "other 15", " 40"], await TeamsAsync(after));
        Assert.Empty((await CheckAsync(after)).Differences);
    }

    [Fact]
    public async Task Nothing_serves_while_a_stream_is_left_and_applying_the_schema_again_goes_on()
    {
        await using var house = await RecordedAsync();
        var right = await BucketsAsync(house);
        await ExecuteAsync(house, "select finops.regroup_usage(); delete from finops.bucket where slot % 2 = 0");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Scripts(house).VerifyAsync(CostHouse.Cancellation));
        Assert.Contains("schema apply", refused.Message, StringComparison.Ordinal);
        await Scripts(house).ApplyAsync(CostHouse.Cancellation);

        await Scripts(house).VerifyAsync(CostHouse.Cancellation);
        Assert.Equal(right, await BucketsAsync(house));
        Assert.Empty((await CheckAsync(house)).Differences);
    }

    /// <summary>Eighty records of two months, recorded in two hours.</summary>
    private static async Task<CostHouse> RecordedAsync()
    {
        var house = await CostHouse.OpenAsync("2026-04-01T10:00Z");
        var ledger = ActivatorUtilities.CreateInstance<LedgerCommit>(house.Services, ActivatorUtilities.CreateInstance<UnseenCommit>(house.Services));
        var belief = Believing.Nothing;
        foreach (var half in Enumerable.Range(0, 80).Select(Record).Chunk(40))
        {
            var flush = new MeterFlush(TheMeter, [.. half.Select(r => new PendingRecord(r, RecordDigest.Of(r), null))], belief);
            belief.Take(Assert.IsType<FlushResult.Committed>(Assert.Single(await ledger.CommitAsync([flush], 0, CostHouse.Cancellation))));
            house.Clock.Now += TimeSpan.FromHours(1);
        }

        return house;
    }

    private static UsageRecord Record(int number) => new()
    {
        Tenant = TheMeter.Tenant,
        Model = TheMeter.Model,
        Source = "s",
        Id = $"{number}",
        Fleet = number % 3 == 0 ? null : "f",
        OccurredAt = new DateTimeOffset(2026, 2, 27, 0, 0, 0, TimeSpan.Zero).AddMinutes(number % 20 * 360),
        Quantities = Quantities.Of((UnitClass.UncachedInput, number % 2 == 0 ? 1_000 : 100_000), (UnitClass.Output, number)),
        Failed = number % 7 == 0,
        Tags = (number % 10) switch
        {
            0 or 3 or 6 => [new("api_key", $"k{number}"), new("team", "blue")],
            1 => [new("application", "chat"), new("service_tier", "batch"), new("team", $"session-{1_000_000_000 + number}")],
            4 => [new("team", "9b2f2c1e-6a51-4c0f-9a39-2d1f0e5b7c11")],
            5 => [new("api_key", "k")],
            _ => [],
        },
    };

    private static async Task<LedgerCheck> CheckAsync(CostHouse house) =>
        (await house.Services.GetRequiredService<CheckLedger>().CheckAsync(CostHouse.Cancellation))!;

    private static async Task<string> BucketsAsync(CostHouse house)
    {
        await using var command = house.Database.CreateCommand(Buckets);
        return (string)(await command.ExecuteScalarAsync(CostHouse.Cancellation))!;
    }

    private static async Task<List<string>> TeamsAsync(CostHouse house)
    {
        var report = await house.AskAsync("2026-02-01T00:00Z", "2026-04-01T00:00Z", [Dimension.Tag], tagKey: "team");
        return [.. report.Rows.Select(r => $"{r.Tag} {r.Records}")];
    }

    private static async Task ExecuteAsync(CostHouse house, string sql)
    {
        await using var command = house.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(CostHouse.Cancellation);
    }

    private static SchemaScripts Scripts(CostHouse house) => house.Services.GetRequiredService<SchemaScripts>();
}
