using System.Text;
using FinOps.Platform.Broker;
using FinOps.Platform.Tests.Fixtures;
using RabbitMQ.Client;

namespace FinOps.Platform.Tests.Broker;

/// <summary>A message that kills its process each time: the broker counts, since no process lives to.</summary>
public sealed class PoisonTests
{
    private const string Word = "deadly-to-the-host";
    private const int Good = 40;

    [Fact]
    [Trait("Reliability", "T22")]
    public async Task What_kills_its_process_each_time_ends_among_the_dead_letters_and_all_that_was_in_hand_with_it_is_counted()
    {
        await using var platform = await ShippedPlatform.CreateAsync();
        // Fewer deliveries than we ship with: each is a process that starts and dies.
        await TestServers.SetPolicyAsync(platform.Broker, $"^{BrokerTopology.UsageQueue}$", new Dictionary<string, object> { ["delivery-limit"] = 1 });
        var place = new ServedPlace("all", "localhost");
        var host = await platform.ServeReadyAsync(place);
        await host.EndAsync("TERM");
        // All of them are in hand at once, with the deadly one in the middle.
        await PublishAsync(platform.Broker);

        var lives = 0;
        while (await LettersAsync(platform) == 0)
        {
            host = platform.ServeWith(place, PoisonedHost.Settings(Word));
            await Eventually.SeeAsync(async () => host.Process.HasExited || await LettersAsync(platform) > 0, over => over);
            if (host.Process.HasExited) lives++;
            Assert.InRange(lives, 0, 12);
        }

        await host.ReadyAsync();
        await Eventually.SeeAsync(platform.CountedAsync, counted => counted == Good);
        // Twice among the others, three times alone.
        Assert.InRange(lives, 3, 6);
        Assert.Equal(1, await LettersAsync(platform));
        Assert.Equal(
            1, await platform.NumberAsync(
                $"select count(*) from finops.dead_letter where reason = 'delivery_limit' and queue = '{BrokerTopology.DeadLetters}' and convert_from(body, 'UTF8') like '%{Word}%'"));
        Assert.False(host.Process.HasExited);
    }

    private static Task<long> LettersAsync(ShippedPlatform platform) => platform.NumberAsync("select count(*) from finops.dead_letter");

    private static async Task PublishAsync(Uri broker)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        for (var i = 0; i <= Good; i++)
        {
            var id = i == Good / 2 ? Word : $"{i}";
            var body = $$"""{"batchId":"{{id}}","source":"s","records":[{"tenant":"t","id":"{{id}}","model":"m{{i % 3}}","occurredAt":"{{DateTimeOffset.UtcNow:o}}","quantities":{"output":1} }]}""";
            await channel.BasicPublishAsync(
                BrokerTopology.UsageReported, "", mandatory: true, new BasicProperties { ContentType = "application/json", Persistent = true }, Encoding.UTF8.GetBytes(body));
        }
    }
}
