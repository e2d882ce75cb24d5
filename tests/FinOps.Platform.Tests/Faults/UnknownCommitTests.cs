using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Platform.Tests.Broker;

namespace FinOps.Platform.Tests.Faults;

/// <summary>
/// The connection to the database breaks around a commit. Whether it was committed, only the database knows; the sender tries again, and
/// each record counts once.
/// </summary>
public sealed class UnknownCommitTests(CutOffHost host) : IClassFixture<CutOffHost>
{
    /// <summary>The same in all records, whatever midnight passes: another time is another content.</summary>
    private static readonly DateTime Today = DateTimeOffset.UtcNow.Date;

    [Theory]
    [Trait("Reliability", "T7")]
    [InlineData("BeforeTheAnswer", "duplicate")]
    [InlineData("RightAfterCommit", null)]
    [InlineData("BeforeCommit", "accepted")]
    public async Task A_record_whose_commit_is_cut_is_told_to_come_again_and_counts_once(string cut, string? verdictOfTheSecondTry)
    {
        var tenant = $"cut-{cut.ToLowerInvariant()}";
        var rounds = FaultRounds.Of(50, 1_000);
        var (committed, meters) = (0, 0L);
        for (var i = 0; i < rounds; i++)
        {
            host.CutNext(Enum.Parse<Cut>(cut));
            using var first = await PostAsync(tenant, i);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
            Assert.NotNull(first.Headers.RetryAfter);
            using var second = await PostAsync(tenant, i);
            Assert.Equal(HttpStatusCode.OK, second.StatusCode);
            var receipt = await second.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            var verdict = receipt.GetProperty("verdicts")[0].GetProperty("verdict").GetString();
            if (verdictOfTheSecondTry is not null) Assert.Equal(verdictOfTheSecondTry, verdict);
            if (verdict == "duplicate") committed++;
            meters++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{rounds} commits cut {cut}: {committed} had been committed");
        Assert.Equal(rounds, await CountedAsync(tenant));
        Assert.Equal(rounds, await InEventsAsync(tenant));
        Assert.Equal(meters, await MeterAsync(tenant));
    }

    [Fact]
    [Trait("Reliability", "T7")]
    public async Task A_message_whose_commits_are_cut_stays_with_the_consumer_until_it_is_in_the_books()
    {
        await using var amqp = await AmqpClient.ConnectAsync(host.Broker);
        var (rounds, cuts) = (FaultRounds.Of(25, 500), Enum.GetValues<Cut>());
        for (var i = 0; i < rounds; i++)
        {
            host.CutNext(cuts[i % cuts.Length]);
            var receipt = await amqp.ReportAsync(JsonSerializer.Serialize(new { batchId = "b", source = "s", records = Records("cut-message", i) }));
            Assert.True(receipt.GetProperty("verdicts")[0].GetProperty("verdict").GetString() is "accepted" or "duplicate", $"{receipt}");
        }

        Assert.Equal(rounds, await CountedAsync("cut-message"));
        Assert.Equal(rounds, await InEventsAsync("cut-message"));
        Assert.Equal(0, await host.NumberAsync("select count(*) from finops.dead_letter"));
    }

    [Fact]
    [Trait("Reliability", "T7")]
    public async Task Of_many_senders_whose_commits_are_cut_at_random_each_record_counts_once()
    {
        const int senders = 8;
        var perSender = FaultRounds.Of(40, 500);
        var (random, gate) = (new Random(7), new Lock());
        host.Decide = () =>
        {
            lock (gate) return random.Next(3) == 0 ? (Cut)(1 + random.Next(3)) : Cut.None;
        };
        await Task.WhenAll(Enumerable.Range(0, senders).Select(async sender =>
        {
            for (var i = 0; i < perSender; i++)
            {
                // Two senders send each record.
                var record = (sender / 2 * perSender) + i;
                while (true)
                {
                    using var answer = await PostAsync("cut-many", record);
                    if (answer.StatusCode == HttpStatusCode.OK) break;
                    Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                }
            }
        }));
        host.Decide = () => Cut.None;

        Assert.Equal(senders / 2 * perSender, await CountedAsync("cut-many"));
        Assert.Equal(senders / 2 * perSender, await InEventsAsync("cut-many"));
    }

    [Theory]
    [Trait("Reliability", "T7")]
    [InlineData("40001")]
    [InlineData("57P01")]
    public async Task A_transient_error_while_the_events_are_written_leaves_nothing_and_the_next_try_writes_them(string state)
    {
        await FailEverySecondEventAsync(state);
        var tenant = $"transient-{state.ToLowerInvariant()}";
        var rounds = FaultRounds.Of(25, 1_000);
        for (var i = 0; i < rounds; i++)
        {
            // Whoever tries again below us must not report a success that wrote nothing.
            using var first = await PostAsync(tenant, i);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
            Assert.Equal(i, await CountedAsync(tenant));
            using var second = await PostAsync(tenant, i);
            Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        }

        Assert.Equal(rounds, await CountedAsync(tenant));
        Assert.Equal(rounds, await InEventsAsync(tenant));
        await using var mend = host.Database.CreateCommand("drop trigger fail_every_second on finops.mt_events");
        await mend.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A sequence counts the tries, because it is not rolled back with them.</summary>
    private async Task FailEverySecondEventAsync(string state)
    {
        await using var command = host.Database.CreateCommand(
            $"""
            create sequence if not exists public.tries;
            select setval('public.tries', 1, false);
            create or replace function public.fail_every_second() returns trigger language plpgsql as $$
            begin if nextval('public.tries') % 2 = 1 then raise exception 'failed by the test' using errcode = '{state}'; end if; return new; end $$;
            create trigger fail_every_second before insert on finops.mt_events for each row execute function public.fail_every_second();
            """);
        await command.ExecuteNonQueryAsync();
    }

    private static object[] Records(string tenant, int id) =>
    [
        new
        {
            tenant,
            id = $"{id}",
            source = "s",
            model = $"m{id % 3}",
            fleet = "f1",
            occurredAt = Today,
            quantities = new { output = 1 },
        },
    ];

    private Task<HttpResponseMessage> PostAsync(string tenant, int id) =>
        host.Client("fleet").PostAsJsonAsync("/v1/usage", Records(tenant, id), TestContext.Current.CancellationToken);

    private Task<long> CountedAsync(string tenant) => host.NumberAsync(
        $"select coalesce(sum(records), 0) from finops.bucket b join finops.series s on s.id = b.series where tenant = '{tenant}'");

    private async Task<long> InEventsAsync(string tenant) => (await StoredUsage.OfAsync(host, tenant)).Count;

    private async Task<long> MeterAsync(string tenant)
    {
        var sum = 0L;
        for (var m = 0; m < 3; m++)
        {
            var data = await host.DataAsync(
                "query($t: String!, $m: String!) { meter(tenant: $t, model: $m) { records } }", new { t = tenant, m = $"m{m}" });
            sum += data.GetProperty("meter").GetProperty("records").GetInt64();
        }

        return sum;
    }
}
