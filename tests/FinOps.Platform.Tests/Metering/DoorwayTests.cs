using System.Net.Http.Json;
using System.Text.Json;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Metering;

/// <summary>Requests of one record go to the meters together; none may tell from its answer.</summary>
public sealed class DoorwayTests(RunningHost host) : IClassFixture<RunningHost>
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public async Task Each_of_many_requests_at_once_has_its_own_verdict()
    {
        var ids = Enumerable.Range(0, 60).Select(i => $"own-{i}").ToList();
        var asked = ids.SelectMany(id => new[] { Report(id, Model(id), 1), Report(id, Model(id), 1), Report(id, Model(id), 2) })
            .Concat(Enumerable.Range(0, 10).Select(i => Report($"bad-{i}", "m", -1)));
        var verdicts = await Task.WhenAll(asked.Select(PostAsync));

        // Whichever content came first: its twin is a duplicate, the other a conflict.
        Assert.All(verdicts[..180].Chunk(3), v => Assert.True(
            v is ["accepted", "duplicate", "conflict"] or ["duplicate", "accepted", "conflict"] or ["conflict", "conflict", "accepted"], string.Join(", ", v)));
        Assert.All(verdicts[180..], v => Assert.Equal("quarantined", v));
        Assert.Equal(60, await CountAsync("own-"));

        static string Model(string id) => $"m{id.Length % 2}{id[^1]}";
    }

    [Fact]
    public async Task One_identity_in_two_meters_at_once_counts_once()
    {
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 40).SelectMany(i => new[] { Report($"two-{i}", "a", 1), Report($"two-{i}", "b", 1) }).Select(PostAsync));

        Assert.All(verdicts.Chunk(2), v => Assert.Equal(["accepted", "conflict"], v.Order()));
        Assert.Equal(40, await CountAsync("two-"));
    }

    [Fact]
    public async Task Who_hangs_up_harms_nobody_and_may_send_again()
    {
        using var leaving = new CancellationTokenSource();
        var left = Enumerable.Range(0, 20).Select(i => (Record: Report($"left-{i}", "m", 1), Id: i)).ToList();
        var gone = left.ConvertAll(l => PostAsync(l.Record, leaving.Token));
        var stayed = Enumerable.Range(0, 20).Select(i => PostAsync(Report($"stayed-{i}", "m", 1))).ToList();
        await leaving.CancelAsync();

        Assert.All(await Task.WhenAll(stayed), v => Assert.Equal("accepted", v));
        foreach (var one in gone) await Task.WhenAny(one);
        Assert.All(await Task.WhenAll(left.Select(l => PostAsync(l.Record))), v => Assert.True(v is "accepted" or "duplicate", v));
        Assert.Equal((20, 20), (await CountAsync("left-"), await CountAsync("stayed-")));
    }

    private static object Report(string id, string model, long output) => new
    {
        tenant = $"doorway-{id[..id.IndexOf('-', StringComparison.Ordinal)]}-",
        id,
        source = "s",
        model,
        fleet = "f1",
        occurredAt = Now,
        quantities = new { output },
    };

    private Task<string?> PostAsync(object record) => PostAsync(record, CancellationToken.None);

    private async Task<string?> PostAsync(object record, CancellationToken cancellation)
    {
        using var response = await host.Client("fleet").PostAsJsonAsync("/v1/usage", new[] { record }, cancellation);
        response.EnsureSuccessStatusCode();
        var receipt = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return Assert.Single(receipt.GetProperty("verdicts").EnumerateArray()).GetProperty("verdict").GetString();
    }

    private async Task<long> CountAsync(string kind)
    {
        await using var command = host.Database.CreateCommand(
            "select coalesce(sum(records), 0)::bigint from finops.bucket b join finops.series s on s.id = b.series where tenant = $1");
        command.Parameters.Add(new() { Value = $"doorway-{kind}" });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
