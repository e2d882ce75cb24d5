using FinOps.Chaos.Platform;
using FinOps.Chaos.Runs;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Faults;

/// <summary>
/// One process per role on a PostgreSQL and a RabbitMQ of their own, which are killed: the bounded forms of <c>infra/chaos</c>.
/// </summary>
public sealed class KilledServersTests(KilledServersTests.OwnRoles own) : IClassFixture<KilledServersTests.OwnRoles>
{
    private static readonly TextWriter Log = new LogWriter();

    [Fact]
    [Trait("Reliability", "T1")]
    public async Task Kills_of_silo_consumer_broker_and_database_in_the_middle_of_the_load_lose_nothing_and_double_nothing()
    {
        var plan = new KillPlan { Records = 30_000, Duplicates = 3_000, SiloKills = 2, IngestKills = 2, BrokerKills = 1, DatabaseKills = 1, Seed = 7 };

        var result = await new KillRun(plan, Log).RunAsync(own.Roles, TestContext.Current.CancellationToken);

        Assert.True(result.IsExact, $"{result}");
    }

    [Fact]
    [Trait("Reliability", "T6")]
    public async Task What_was_acknowledged_before_the_database_was_killed_is_there()
    {
        var result = await new AckRun(FaultRounds.Of(3, 200), 1_000, seed: 1, Log).RunAsync(own.Roles, TestContext.Current.CancellationToken);

        Assert.True(result.IsExact, $"{result}");
    }

    [Fact]
    [Trait("Reliability", "T26")]
    public async Task While_the_database_is_away_senders_are_told_to_wait_and_what_was_accepted_is_there_afterwards()
    {
        var outage = TimeSpan.FromSeconds(FaultRounds.Of(10, 600));
        var result = await new OutageRun(outage, 1_000, Log).RunAsync(own.Roles, TestContext.Current.CancellationToken);

        Assert.True(result.IsExact, $"{result}");
        Assert.InRange(result.IngestMegabytesMax, 1, 1_000);
        Assert.InRange(result.SiloMegabytesMax, 1, 1_000);
    }

    public sealed class OwnRoles : IAsyncLifetime
    {
        private SingleRoles? roles;

        internal SingleRoles Roles => roles ?? throw new InvalidOperationException("They are not started.");

        public async ValueTask InitializeAsync() => roles = await SingleRoles.StartAsync();

        public async ValueTask DisposeAsync()
        {
            if (roles is not null) await roles.DisposeAsync();
        }
    }

    /// <summary>Progress goes where the hosts' words go.</summary>
    private sealed class LogWriter : StringWriter
    {
        public override void WriteLine(string? value) => HostsLog.Write("chaos", value);

        public override Task WriteLineAsync(string? value)
        {
            WriteLine(value);
            return Task.CompletedTask;
        }
    }
}
