namespace FinOps.Platform.Tests.Fixtures;

public sealed class RunningHostTests(RunningHost host) : IClassFixture<RunningHost>
{
    [Fact]
    public async Task The_host_starts_and_is_ready()
    {
        var answer = await host.Client(null).GetStringAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.Equal("Healthy", answer);
    }

    [Fact]
    public async Task The_database_has_our_tables()
    {
        await using var command = host.Database.CreateCommand("select count(*) from finops.bucket");
        Assert.Equal(0L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
