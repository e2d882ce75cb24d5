using FinOps.Platform.Hosting;
using FinOps.Platform.Tests.Budgets;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;

namespace FinOps.Platform.Tests.Reservations;

/// <summary>A gate with two activations, on a host that no other test needs afterwards: Hangfire's log is that of the last one that started.</summary>
public sealed class TwoWritersTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    [Fact]
    public async Task Two_clusters_that_both_take_themselves_for_the_one_writer_grant_no_cent_twice_and_the_second_knows_what_the_first_granted()
    {
        var first = await Gateway.WithBudgetAsync(host, "split");
        Assert.Equal("granted", (await first.ReserveAsync("before", "60")).Verdict);
        await using var second = new SecondHost(host);
        await second.InitializeAsync();
        var other = new Gateway(second, "split-budget");
        var again = await other.ReserveAsync("before", "60");
        Assert.Equal(("granted", "40"), (again.Verdict, again.Left));

        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(i => (i % 2 == 0 ? first : other).ReserveAsync($"race-{i}", "1")));

        Assert.Equal(40, answers.Count(a => a.Verdict == "granted"));
        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(["100"], await host.RowsAsync("select sum(amount)::int from finops.reservation where budget_id = 'split-budget'"));
    }

    /// <summary>A cluster of its own on the other's database and broker.</summary>
    private sealed class SecondHost(AlertingHost first) : RunningHost
    {
        // One process can run the jobs of one host only.
        protected override Roles Roles => Roles.All & ~Roles.Jobs;

        protected override void Configure(WebApplicationBuilder builder)
        {
            builder.Configuration["ConnectionStrings:postgres"] = first.ConnectionString;
            builder.Configuration["ConnectionStrings:rabbitmq"] = first.Broker.ToString();
            builder.Configuration["Cluster:ClusterId"] = "another";
        }
    }
}
