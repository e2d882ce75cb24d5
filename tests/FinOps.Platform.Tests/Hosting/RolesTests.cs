using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Hosting;

/// <summary>One process per role, found through PostgreSQL: as exact as all roles in one.</summary>
public sealed class RolesTests
{
    /// <summary>In small batches, so that a look every now and then finds the publisher in the middle of them.</summary>
    private const int Records = 20_000;

    [Fact]
    public async Task Four_processes_count_exactly_when_the_silo_is_killed_in_the_middle_and_comes_back()
    {
        await using var platform = await ShippedPlatform.CreateAsync();
        var (file, tokens) = await platform.UsageFileAsync(Records);
        var api = new ServedPlace("api", "postgres");
        var silo = new ServedPlace("silo", "postgres");
        // The silo last: the others wait for it.
        var clients = new[] { api, new ServedPlace("ingest", "postgres"), new ServedPlace("jobs", "postgres") }
            .Select(platform.Serve).ToList();
        var life = await platform.ServeReadyAsync(silo);
        await Task.WhenAll(clients.Select(c => c.ReadyAsync()));
        await platform.AskAsync(api, Budget);

        var publisher = platform.Run("publish", file, "--lanes", "4", "--batch", "10");
        var killedAt = await Eventually.SeeAsync(platform.CountedAsync, counted => counted > Records / 4);
        await life.EndAsync("KILL");
        Assert.InRange(killedAt, 1, Records - 1);
        await Task.WhenAll(clients.Select(c => c.NotReadyAsync()));
        await platform.ServeReadyAsync(silo);
        await Task.WhenAll(clients.Select(c => c.ReadyAsync()));
        var summary = await ShippedPlatform.SummaryAsync(publisher);

        Assert.Equal((Records, Records), (summary.Read, summary.Accepted + summary.Duplicates));
        Assert.Equal(Records, await platform.CountedAsync());
        Assert.Equal((Records, tokens), await platform.ShownAsync(api));
        Assert.Equal(Records, await CountedByGrainsAsync(platform, api));
        await AlertedAsync(platform, api);
    }

    [Fact]
    public async Task The_second_silo_takes_over_the_meters_of_a_killed_one()
    {
        await using var platform = await ShippedPlatform.CreateAsync();
        var (file, tokens) = await platform.UsageFileAsync(Records);
        var api = new ServedPlace("ingest,api,jobs", "postgres");
        var first = platform.Serve(new ServedPlace("silo", "postgres"));
        var second = platform.Serve(new ServedPlace("silo", "postgres"));
        var others = platform.Serve(api);
        await Task.WhenAll(first.ReadyAsync(), second.ReadyAsync(), others.ReadyAsync());

        var publisher = platform.Run("publish", file, "--lanes", "4", "--batch", "10");
        var killedAt = await Eventually.SeeAsync(platform.CountedAsync, counted => counted > Records / 4);
        await first.EndAsync("KILL");
        Assert.InRange(killedAt, 1, Records - 1);
        var summary = await ShippedPlatform.SummaryAsync(publisher);

        Assert.Equal((Records, Records), (summary.Read, summary.Accepted + summary.Duplicates));
        Assert.Equal(Records, await platform.CountedAsync());
        Assert.Equal((Records, tokens), await platform.ShownAsync(api));
        Assert.Equal(Records, await CountedByGrainsAsync(platform, api));
    }

    [Fact]
    public async Task A_silo_whose_database_drops_its_connections_is_asked_again()
    {
        await using var platform = await ShippedPlatform.CreateAsync();
        var (file, tokens) = await platform.UsageFileAsync(Records);
        var api = new ServedPlace("api", "postgres");
        var all = new[] { api, new ServedPlace("silo", "postgres"), new ServedPlace("ingest", "postgres") }.Select(platform.Serve).ToList();
        await Task.WhenAll(all.Select(p => p.ReadyAsync()));

        var publisher = platform.Run("publish", file, "--lanes", "4", "--batch", "10");
        foreach (var share in new[] { 0.2, 0.4, 0.6 })
        {
            await Eventually.SeeAsync(platform.CountedAsync, counted => counted > Records * share);
            Assert.InRange(await platform.NumberAsync(DropConnections), 1, long.MaxValue);
        }

        var summary = await ShippedPlatform.SummaryAsync(publisher);
        // Its connections were dropped, too, and the first look at one finds out.
        await all[0].ReadyAsync();

        Assert.Equal((Records, Records), (summary.Read, summary.Accepted + summary.Duplicates));
        Assert.Equal((Records, tokens), await platform.ShownAsync(api));
        Assert.Equal(0, await platform.NumberAsync("select count(*) from finops.dead_letter"));
    }

    [Fact]
    public async Task A_process_without_a_silo_and_without_a_cluster_says_what_to_set()
    {
        await using var platform = await ShippedPlatform.CreateAsync();

        var served = platform.Serve(new ServedPlace("api,jobs", "localhost"));
        await Eventually.SeeAsync(() => Task.FromResult(served.Process.HasExited), exited => exited);
        // Until its last words are read.
        await served.Process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, served.Process.ExitCode);
        Assert.Contains("FINOPS_ROLES=api, jobs", served.Errors, StringComparison.Ordinal);
        Assert.Contains("Cluster__Mode=postgres", served.Errors, StringComparison.Ordinal);
    }

    private const string DropConnections =
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name = 'finops'";

    private const string Budget =
        """
        mutation {
          setRateCard(input: {
            model: "m0", currency: "USD", from: "2026-01-01T00:00Z", rates: [{ unitClass: "output", perMillion: "1000000" }] }) { model }
          createBudget(input: {
            id: "b", tenant: "t0", amount: "10", currency: "USD", thresholds: [100], deliverBackfilled: true,
            period: { start: "2026-03-01T00:00Z", end: "2026-04-01T00:00Z", timeZone: "UTC" } }) { id }
        }
        """;

    private static async Task<long> CountedByGrainsAsync(ShippedPlatform platform, ServedPlace api)
    {
        var meters = from tenant in Enumerable.Range(0, 5)
                     from model in Enumerable.Range(0, 3)
                     select $$"""t{{tenant}}m{{model}}: meter(tenant: "t{{tenant}}", model: "m{{model}}") { records }""";
        var data = await platform.AskAsync(api, $"{{ {string.Join(' ', meters)} }}");
        return data.EnumerateObject().Sum(meter => meter.Value.GetProperty("records").GetInt64());
    }

    /// <summary>The silo saw the crossing, or the job's sweep did; a job delivers it to the bus.</summary>
    private static Task<string> AlertedAsync(ShippedPlatform platform, ServedPlace api) => Eventually.SeeAsync(
        async () => $"{(await platform.AskAsync(api, "{ alerts { budgetId status } }")).GetProperty("alerts")}",
        alerts => alerts.Contains("DELIVERED", StringComparison.Ordinal));
}
