using System.Diagnostics.Metrics;
using System.Text.Json;
using FinOps.Platform.Hosting;
using FinOps.Platform.Reconciliation;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reconciliation;

public sealed class CheckLedgerTests(BooksHost host) : IClassFixture<BooksHost>
{
    /// <summary>Some row of a tenant, model and fleet in the middle of the books.</summary>
    private const string SomeRow = "(series, slot, recorded_hour) = (select series, slot, recorded_hour from finops.bucket where output > 0 order by md5(slot::text), records desc limit 1)";

    [Fact]
    [Trait("Reliability", "T15")]
    public async Task A_lost_and_a_doubled_row_are_found_by_the_next_check_and_named()
    {
        Assert.Equal(0, (await host.CheckAsync()).Open);
        var balanced = await host.LedgerAsync();
        Assert.True(balanced.GetProperty("isBalanced").GetBoolean());
        Assert.Equal(await host.ValueAsync<long>("select sum(records)::bigint from finops.bucket"), balanced.GetProperty("recordsChecked").GetInt64());

        foreach (var (damage, factor) in new[] { ("delete from finops.bucket", 0L), ("update finops.bucket set records = 2 * records, output = 2 * output, uncached_input = 2 * uncached_input, cache_read = 2 * cache_read, incomplete = 2 * incomplete, failed = 2 * failed", 2L) })
        {
            await host.ExecuteAsync("create table kept as table finops.bucket");
            var row = (await host.ValueAsync<string>(
                $"""
                select json_build_object('tenant', tenant, 'model', model, 'fleet', nullif(fleet, ''),
                  'rateClass', case rate_class when '' then 'standard' else rate_class end, 'tags', nullif(tags, ''),
                  'slot', slot, 'output', output, 'records', records)::text
                from finops.bucket b join finops.series s on s.id = b.series where {SomeRow}
                """));
            var planted = JsonElement.Parse(row);
            Assert.Equal(1, await host.ExecuteAsync($"{damage} where {SomeRow}"));

            Assert.NotEqual(0, (await host.CheckAsync()).Open);
            var ledger = await host.LedgerAsync();
            Assert.False(ledger.GetProperty("isBalanced").GetBoolean());
            var differences = ledger.GetProperty("differences").EnumerateArray().ToList();
            Assert.All(differences, d =>
            {
                Assert.Equal("BUCKET", d.GetProperty("kind").GetString());
                foreach (var name in new[] { "tenant", "model", "fleet", "rateClass", "tags" }) Assert.Equal(planted.GetProperty(name).GetString(), d.GetProperty(name).GetString());
                Assert.Equal(DateTimeOffset.UnixEpoch.AddMinutes(15 * planted.GetProperty("slot").GetInt64()), d.GetProperty("bucketStart").GetDateTimeOffset());
            });
            foreach (var unit in new[] { "output", "records" })
            {
                var one = differences.Single(d => d.GetProperty("unit").GetString() == unit);
                var amount = planted.GetProperty(unit).GetInt64();
                Assert.Equal((amount, amount * factor), (Number(one, "expected"), Number(one, "found")));
            }

            Assert.Equal("Degraded", await host.Client(null).GetStringAsync("/health/ready", TestContext.Current.CancellationToken));
            await host.ExecuteAsync("delete from finops.bucket; insert into finops.bucket table kept; drop table kept");
            Assert.Equal(0, (await host.CheckAsync()).Open);
            ledger = await host.LedgerAsync();
            Assert.True(ledger.GetProperty("isBalanced").GetBoolean());
            var healed = ledger.GetProperty("healed").EnumerateArray().Select(Identity).ToHashSet();
            Assert.All(differences, d => Assert.Contains(Identity(d), healed));
            Assert.Equal("Healthy", await host.Client(null).GetStringAsync("/health/ready", TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [Trait("Reliability", "T15")]
    [InlineData("a row of nothing recorded", "insert into finops.bucket select series, slot - 96 * 400, recorded_hour, 1, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0 from finops.bucket where {0}", "BUCKET", 2)]
    [InlineData("moved to another quarter-hour", "update finops.bucket set slot = slot + 1000000 where {0}", "BUCKET", null)]
    [InlineData("moved to another hour of record time", "update finops.bucket set recorded_hour = recorded_hour - 24 where {0}", "RECORD_TIME", 1)]
    [InlineData("moved to another rate class", "insert into finops.series (tenant, model, fleet, rate_class, tags) select tenant, model, fleet, '512k/flex', tags from finops.series where id = (select series from finops.bucket where {0}) on conflict do nothing; update finops.bucket b set series = o.id from finops.series s, finops.series o where s.id = b.series and (o.tenant, o.model, o.fleet, o.rate_class, o.tags) = (s.tenant, s.model, s.fleet, '512k/flex', s.tags) and {0}", "BUCKET", null)]
    [InlineData("half of it recorded at another hour", "insert into finops.bucket select series, slot, recorded_hour - 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 from finops.bucket where {0}; update finops.bucket set output = output - 1 where {0}", null, null)]
    public async Task Whatever_is_done_to_a_row_is_found(string what, string damage, string? kind, int? differences)
    {
        await host.ExecuteAsync("create table kept as table finops.bucket");
        await host.ExecuteAsync(damage.Replace("{0}", SomeRow, StringComparison.Ordinal));
        var check = await host.CheckAsync();
        Assert.True(check.Open > 0, what);
        var shown = (await host.LedgerAsync("""{ from: "2024-01-01T00:00:00Z", to: "2033-01-01T00:00:00Z" }""")).GetProperty("differences").EnumerateArray().ToList();
        if (differences is { } count) Assert.Equal(count, check.Differences.Count);
        if (kind is not null) Assert.All(check.Differences, d => Assert.Equal(kind, d.Kind == LedgerDifferenceKind.RecordTime ? "RECORD_TIME" : "BUCKET"));
        if (kind == "RECORD_TIME") Assert.Equal(kind, shown.Single().GetProperty("kind").GetString());
        await host.ExecuteAsync("delete from finops.bucket; insert into finops.bucket table kept; drop table kept");
        Assert.Equal(0, (await host.CheckAsync()).Open);
    }

    [Fact]
    public async Task A_changed_event_is_found_and_stays_known_until_it_is_put_right()
    {
        Assert.Equal(0, (await host.CheckAsync()).Open);
        await ChangeAsync("+ 1");

        for (var i = 0; i < 2; i++)
        {
            var check = await host.CheckAsync(Limits.LedgerEventsFoldedAgain);
            var changed = check.Differences.Single(d => d.Kind == LedgerDifferenceKind.Events);
            Assert.Equal(("output", changed.Expected + 1), (changed.Unit, changed.Found));
            // The bucket, too, is no longer what the events say.
            Assert.Contains(check.Differences, d => d.Kind == LedgerDifferenceKind.Bucket && d.Tenant == changed.Tenant && d.Unit == "output");
        }

        await ChangeAsync("- 1");
        Assert.Equal(0, (await host.CheckAsync()).Open);

        // Whoever owns the table can still do it, with intent.
        Task<int> ChangeAsync(string by) => host.ExecuteAsync(
            $$"""
            alter table finops.mt_events disable trigger user;
            grant update on finops.mt_events to current_user;
            update finops.mt_events set data = jsonb_set(data, '{quantities,output,0}', to_jsonb((data #>> '{quantities,output,0}')::bigint {{by}}))
            where seq_id = (select min(seq_id) from finops.mt_events where type = 'usage_recorded_v1');
            revoke update on finops.mt_events from current_user;
            alter table finops.mt_events enable trigger user;
            """);
    }

    [Fact]
    public async Task Corrections_balance_too_and_are_rebuilt()
    {
        await host.RecordAsync(30, "mistaken");
        var some = (await host.DataAsync($"{{ usageRecords(where: {BooksHost.Window}, first: 3) {{ nodes {{ tenant source id }} }} }}"))
            .GetProperty("usageRecords").GetProperty("nodes");
        var single = await host.ValueAsync<string>(
            "select data #>> '{ids,0}' || ' ' || (data ->> 'tenant') from finops.mt_events where data -> 'backfills' ? 'mistaken' limit 1");
        await VoidAsync(some[0].GetProperty("tenant").GetString()!, some[0].GetProperty("id").GetString()!);
        await VoidAsync(single.Split(' ')[1], single.Split(' ')[0]);
        var amended = new { tenant = some[1].GetProperty("tenant").GetString(), source = "s", id = some[1].GetProperty("id").GetString(), reason = "wrong fleet", content = new { fleet = "f7" } };
        await host.DataAsync("mutation($i: AmendRecordInput!) { amendRecord(input: $i) { __typename } }", new { i = amended });
        await host.DataAsync("mutation($i: VoidBackfillInput!) { voidBackfill(input: $i) { __typename } }", new { i = new { backfill = "mistaken", reason = "all of it" } });

        Assert.Empty((await host.CheckAsync()).Differences);
        Assert.Empty((await host.CheckAsync(long.MaxValue)).Differences);
        var rebuild = host.Services.GetRequiredService<RebuildBuckets>();
        var looked = await rebuild.RunAsync(write: false, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal((0, looked.Before), (looked.WrongStreams, looked.After));
        await host.ExecuteAsync("delete from finops.bucket");
        await rebuild.RunAsync(write: true, _ => { }, TestContext.Current.CancellationToken);
        Assert.Empty((await host.CheckAsync()).Differences);
        Assert.Equal(looked.After, (await rebuild.RunAsync(write: false, _ => { }, TestContext.Current.CancellationToken)).Before);

        Task<JsonElement> VoidAsync(string tenant, string id) => host.DataAsync(
            "mutation($i: VoidRecordInput!) { voidRecord(input: $i) { __typename } }", new { i = new { tenant, source = "s", id, reason = "twice" } });
    }

    [Fact]
    public async Task A_check_reads_only_what_came_since_and_some_of_the_rest_again()
    {
        await host.CheckAsync(long.MaxValue);
        var all = await host.ValueAsync<long>("select count(*) from finops.mt_events where stream_id like 'usage/%'");
        var again = await host.CheckAsync();
        Assert.Equal(all, again.Events);
        Assert.InRange(again.EventsRead, 1, all / 2);
        await host.RecordAsync(100);
        var after = await host.CheckAsync();
        Assert.InRange(after.EventsRead, after.Events - all, after.Events - all + all / 2);
        Assert.Equal(0, after.Open);
    }

    [Fact]
    [Trait("Reliability", "T15")]
    public async Task The_alarm_is_counted()
    {
        var open = new List<long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, meters) =>
            {
                if (instrument.Meter.Name == LedgerAlarm.MeterName && instrument.Name == "finops.ledger.differences") meters.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => open.Add(value));
        listener.Start();
        await host.ExecuteAsync($"update finops.bucket set output = output + 1 where {SomeRow}");
        await host.CheckAsync();
        listener.RecordObservableInstruments();
        Assert.Contains(1, open);
        open.Clear();
        await host.ExecuteAsync($"update finops.bucket set output = output - 1 where {SomeRow}");
        await host.CheckAsync();
        listener.RecordObservableInstruments();
        Assert.All(open, value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task A_lost_dedupe_key_is_found()
    {
        Assert.Equal(0, (await host.CheckAsync()).Open);
        await host.ExecuteAsync("create table kept as select * from finops.usage_key limit 3; delete from finops.usage_key where (key_high, key_low) in (select key_high, key_low from kept)");
        var keys = (await host.CheckAsync()).Differences.Single();
        Assert.Equal((LedgerDifferenceKind.Keys, keys.Expected - 3), (keys.Kind, keys.Found));
        var shown = (await host.LedgerAsync("""{ from: "2020-01-01T00:00:00Z", to: "2020-01-02T00:00:00Z" }""")).GetProperty("differences")[0];
        Assert.Equal(("KEYS", JsonValueKind.Null), (shown.GetProperty("kind").GetString(), shown.GetProperty("tenant").ValueKind));
        await host.ExecuteAsync("insert into finops.usage_key table kept; drop table kept");
        Assert.Equal(0, (await host.CheckAsync()).Open);
    }

    [Fact]
    public async Task A_check_while_records_flow_alarms_nobody_and_two_at_once_are_one()
    {
        var flow = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++) await host.RecordAsync(100);
        }, TestContext.Current.CancellationToken);
        var checks = 0;
        while (!flow.IsCompleted || checks == 0)
        {
            var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => host.Services.GetRequiredService<CheckLedger>().CheckAsync(CancellationToken.None, 0)));
            foreach (var check in both.OfType<LedgerCheck>())
            {
                Assert.Empty(check.Differences);
                checks++;
            }
        }

        await flow;
        Assert.Equal(await host.ValueAsync<long>("select sum(records)::bigint from finops.bucket"), (long)(await host.CheckAsync()).Records);
    }

    [Fact]
    public async Task A_check_that_is_killed_leaves_nothing_and_the_next_one_looks_again()
    {
        var before = (await host.LedgerAsync()).GetProperty("checkedAt").GetRawText();
        using var killed = new CancellationTokenSource();
        var check = host.Services.GetRequiredService<CheckLedger>().CheckAsync(killed.Token);
        await killed.CancelAsync();
        await Record.ExceptionAsync(() => check);
        Assert.Equal(0, (await host.CheckAsync()).Open);
        Assert.NotEqual(before, (await host.LedgerAsync()).GetProperty("checkedAt").GetRawText());
    }

    private static long Number(JsonElement difference, string field) => difference.GetProperty(field).GetInt64();

    private static string Identity(JsonElement difference) => string.Join(
        ' ', new[] { "kind", "tenant", "model", "fleet", "bucketStart", "unit", "firstSeenAt" }.Select(name => difference.GetProperty(name).ToString()));
}
