using FinOps.Platform.Storage;
using FinOps.Platform.Tests.Fixtures;
using Npgsql;

namespace FinOps.Platform.Tests.Storage;

[Trait("Reliability", "T13")]
public sealed class DurabilityTests
{
    private static readonly ServerSettings Durable = new("on", "on", "on", IsInRecovery: false);

    public static TheoryData<ServerSettings, string?> Servers => new()
    {
        { Durable, null },
        { Durable with { SynchronousCommit = "local" }, null },
        { Durable with { SynchronousCommit = "remote_apply" }, null },
        { Durable with { SynchronousCommit = "off" }, "synchronous_commit = on" },
        { Durable with { Fsync = "off" }, "fsync = on" },
        { Durable with { FullPageWrites = "off" }, "full_page_writes = on" },
        { Durable with { IsInRecovery = true }, "primary" },
    };

    [Theory]
    [MemberData(nameof(Servers))]
    public void A_server_that_does_not_keep_what_it_acknowledges_is_refused_with_what_to_do(ServerSettings server, string? fix)
    {
        var flaws = DurabilityRules.Flaws(server);
        if (fix is null) Assert.Empty(flaws);
        else Assert.Contains(fix, Assert.Single(flaws));
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once() => Assert.Equal(4, DurabilityRules.Flaws(new("off", "off", "off", IsInRecovery: true)).Count);

    [Fact]
    public async Task The_settings_are_those_of_our_role_and_database()
    {
        var address = await TestServers.CreateDatabaseAsync();
        await using (var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(address) { Pooling = false }))
        {
            var server = new DurableServer(database);
            await server.VerifyAsync(TestContext.Current.CancellationToken);
            await using var set = database.CreateCommand(TurnOff);
            await set.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            Assert.Equal("off", (await server.ReadAsync(TestContext.Current.CancellationToken)).SynchronousCommit);
        }

        await TestServers.DropDatabaseAsync(address);
    }

    [Fact]
    public async Task The_host_does_not_start_on_a_database_that_answers_before_the_disk_has_it()
    {
        await using var platform = await ShippedPlatform.CreateAsync();
        await platform.ExecuteAsync(TurnOff);
        var refused = platform.Serve(new ServedPlace("all", "localhost"));
        await refused.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(0, refused.Process.ExitCode);
        Assert.Contains("synchronous_commit", refused.Errors);
    }

    private const string TurnOff =
        "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$";
}
