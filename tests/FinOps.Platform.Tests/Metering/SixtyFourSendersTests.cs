using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Platform.Tests.Broker;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Metering;

/// <summary>Many senders of the same ids through both doors, with a restart between.</summary>
public sealed class SixtyFourSendersTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const int Senders = 64;
    private const int Ids = 1_000;

    private static readonly DateTimeOffset At = DateTimeOffset.UtcNow;

    [Fact]
    [Trait("Reliability", "T3")]
    public async Task Of_sixty_four_senders_of_a_thousand_ids_one_is_counted_each_also_after_a_restart()
    {
        var first = await SendAsync(Senders / 2, output: 1);
        await host.StopAsync();
        await host.StartAsync();
        var second = await SendAsync(Senders / 2, output: 1);
        var verdicts = first.Concat(second).ToList();

        Assert.Equal(Ids, first.Count(v => v == "accepted"));
        Assert.Equal(Ids, verdicts.Count(v => v == "accepted"));
        Assert.Equal((Senders - 1) * Ids, verdicts.Count(v => v == "duplicate"));
        Assert.Equal(Ids, await CountedAsync());

        // The same ids with another body: refused by name, counted nowhere.
        var other = await SendAsync(senders: 8, output: 2);
        Assert.All(other, v => Assert.Equal("conflict content_differs id", v));
        Assert.Equal(Ids, await CountedAsync());
        await using var conflicts = host.Database.CreateCommand("select count(*) from finops.usage_conflict where tenant = 'sixty-four'");
        Assert.Equal((long)Ids, await conflicts.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Every second sender by HTTP, the others over the broker; each in an order of its own.</summary>
    private async Task<List<string>> SendAsync(int senders, int output)
    {
        await using var amqp = await AmqpClient.ConnectAsync(host.Broker);
        var all = await Task.WhenAll(Enumerable.Range(0, senders).Select(async sender =>
        {
            var ids = Enumerable.Range(0, Ids).ToArray();
            new Random(sender).Shuffle(ids);
            var verdicts = new List<string>(Ids);
            foreach (var chunk in ids.Chunk(100))
            {
                var batch = new
                {
                    batchId = $"{sender}",
                    source = "s",
                    records = chunk.Select(i => new { tenant = "sixty-four", id = $"{i}", model = $"m{i % 4}", occurredAt = At, quantities = new { output } }),
                };
                var receipt = sender % 2 == 0 ? await PostAsync(batch) : await amqp.ReportAsync(JsonSerializer.Serialize(batch));
                verdicts.AddRange(receipt.GetProperty("verdicts").EnumerateArray().Select(v =>
                    $"{v.GetProperty("verdict").GetString()} {Optional(v, "reason")} {Optional(v, "field")}".Trim()));
            }

            return verdicts;
        }));
        return [.. all.SelectMany(v => v)];
    }

    private async Task<JsonElement> PostAsync(object batch)
    {
        using var response = await host.Client("fleet").PostAsJsonAsync("/v1/usage", batch);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static string? Optional(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetString() : null;

    private async Task<long> CountedAsync()
    {
        await using var command = host.Database.CreateCommand(
            "select coalesce(sum(records), 0)::bigint from finops.bucket b join finops.series s on s.id = b.series where tenant = 'sixty-four'");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
