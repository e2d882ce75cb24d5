using System.Text.Json;
using FinOps.Platform.Reconciliation;
using FinOps.Platform.Tests.Faults;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reconciliation;

public sealed class RebuildBucketsTests(BooksHost host) : IClassFixture<BooksHost>
{
    private const string Same =
        """
        select count(*) from ((table kept except table finops.bucket) union all (table finops.bucket except table kept)) d
        """;

    [Fact]
    [Trait("Reliability", "T12")]
    public async Task A_rebuild_while_records_flow_is_equal_to_the_byte_and_old_answers_are_served_meanwhile()
    {
        var flow = Task.Run(async () =>
        {
            for (var i = 0; i < FaultRounds.Of(20, 1_000); i++) await host.RecordAsync(FaultRounds.Of(50, 1_000));
        }, TestContext.Current.CancellationToken);
        var (rounds, shown) = (0, 0L);
        while (!flow.IsCompleted || rounds == 0)
        {
            var rebuilding = RebuildAsync(write: true);
            do
            {
                var now = await host.ValueAsync<long>("select sum(records)::bigint from finops.bucket");
                Assert.True(now >= shown, $"{shown} records were shown, then {now}");
                shown = now;
            }
            while (!rebuilding.IsCompleted);
            var result = await rebuilding;
            Assert.Equal((0, result.Before), (result.WrongStreams, result.After));
            rounds++;
        }

        await flow;
        var settled = await RebuildAsync(write: false);
        Assert.Equal((0, settled.Before), (settled.WrongStreams, settled.After));
        Assert.Equal(await host.ValueAsync<long>("select sum(records)::bigint from finops.bucket"), (long)settled.Records);
        Assert.Equal(0, (await host.CheckAsync()).Open);
    }

    [Fact]
    [Trait("Reliability", "T12")]
    public async Task A_rebuild_heals_whatever_happened_to_buckets_and_is_right_by_record_time_too()
    {
        await host.ExecuteAsync("create table kept as table finops.bucket");
        Assert.True(await host.ValueAsync<long>("select count(distinct recorded_hour) from finops.bucket") >= 2);
        var right = await RebuildAsync(write: false);
        await host.ExecuteAsync(
            """
            delete from finops.bucket where slot % 3 = 0;
            update finops.bucket set records = 2 * records, output = 2 * output where slot % 3 = 1;
            update finops.bucket set recorded_hour = recorded_hour - 5 where slot % 24 = 8;
            insert into finops.series (tenant, model, fleet) values ('nobody', 'nothing', '');
            insert into finops.bucket
            select s.id, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 from finops.series s where s.tenant = 'nobody' or s.tenant = 't1'
            """);

        var seen = await RebuildAsync(write: false);
        Assert.True(seen.WrongStreams > 2);
        Assert.NotEqual(seen.Before, seen.After);
        Assert.NotEmpty(seen.Differences);
        Assert.NotEqual(0, await host.ValueAsync<long>(Same));

        var healed = await RebuildAsync(write: true);
        Assert.Equal(seen, healed with { Differences = seen.Differences, Before = seen.Before });
        Assert.Equal(0, await host.ValueAsync<long>(Same));
        var again = await RebuildAsync(write: true);
        Assert.Equal((0, right.Before, right.After), (again.WrongStreams, again.Before, again.After));
        Assert.Equal(0, (await host.CheckAsync()).Open);
        await host.ExecuteAsync("drop table kept");
    }

    [Fact]
    public async Task A_rebuild_that_is_interrupted_leaves_every_stream_right_or_as_it_was()
    {
        await host.ExecuteAsync("create table kept as table finops.bucket; update finops.bucket set records = records + 1");
        using var killed = new CancellationTokenSource();
        var rebuild = host.Services.GetRequiredService<RebuildBuckets>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rebuild.RunAsync(true, at => killed.Cancel(), killed.Token));

        // Each row is either the old, wrong one or the right one.
        Assert.Equal(0, await host.ValueAsync<long>(
            """
            select count(*) from finops.bucket b full join kept k using (series, slot, recorded_hour)
            where b.records is null or k.records is null or b.records not in (k.records, k.records + 1)
            """));
        await RebuildAsync(write: true);
        Assert.Equal(0, await host.ValueAsync<long>(Same));
        await host.ExecuteAsync("drop table kept");
    }

    [Fact]
    public async Task The_command_says_what_is_wrong_and_heals_it()
    {
        await using var platform = await ShippedPlatform.CreateAsync();
        var (file, _) = await platform.UsageFileAsync(500);
        var all = new ServedPlace("all", "localhost");
        var host = await platform.ServeReadyAsync(all);
        await ShippedPlatform.SummaryAsync(platform.Run("publish", file));
        await host.EndAsync("TERM");
        Assert.Equal((0, 0), await RebuildAsync("--check"));
        await platform.ExecuteAsync("delete from finops.bucket where (series, slot) = (select series, slot from finops.bucket order by 1, 2 limit 1)");
        Assert.Equal((1, 1), await RebuildAsync("--check"));
        Assert.Equal((0, 1), await RebuildAsync());
        Assert.Equal((0, 0), await RebuildAsync("--check"));
        Assert.Equal(500, await platform.CountedAsync());

        async Task<(int Status, int Wrong)> RebuildAsync(params string[] options)
        {
            var command = platform.Run(["rebuild", .. options]);
            var output = await command.StandardOutput.ReadToEndAsync();
            await command.WaitForExitAsync();
            return (command.ExitCode, JsonElement.Parse(output.Trim().Split('\n')[^1]).GetProperty("wrongStreams").GetInt32());
        }
    }

    private Task<RebuildResult> RebuildAsync(bool write) =>
        host.Services.GetRequiredService<RebuildBuckets>().RunAsync(write, _ => { }, TestContext.Current.CancellationToken);
}
