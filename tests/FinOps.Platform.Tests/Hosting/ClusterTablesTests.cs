using System.Net;
using FinOps.Platform.Hosting;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;

namespace FinOps.Platform.Tests.Hosting;

/// <summary>The statements in our clustering tables do what Orleans' membership protocol asks of them.</summary>
public sealed class ClusterTablesTests(RunningHost host) : IClassFixture<RunningHost>
{
    private static readonly DateTime Start = new(2026, 3, 2, 1, 2, 3, DateTimeKind.Utc);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_changes_to_one_version_one_is_refused()
    {
        var table = await TableAsync("two-changes");
        var empty = await table.ReadAllAsync(Cancellation);
        Assert.Empty(empty.Members);

        Assert.True(await table.InsertRowAsync(Silo(1), empty.Version.Next(), Cancellation));
        Assert.False(await table.InsertRowAsync(Silo(2), empty.Version.Next(), Cancellation));
        Assert.False(await table.InsertRowAsync(Silo(1), (await table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation));

        var one = await table.ReadAllAsync(Cancellation);
        Assert.Equal(empty.Version.Version + 1, one.Version.Version);
        var (silo, etag) = Assert.Single(one.Members);
        silo.Status = SiloStatus.Active;
        silo.AddOrUpdateSuspector(Silo(2).SiloAddress, Start, 2);
        Assert.True(await table.UpdateRowAsync(silo, etag, one.Version.Next(), Cancellation));
        Assert.False(await table.UpdateRowAsync(silo, etag, one.Version.Next(), Cancellation));
        var read = Assert.Single((await table.ReadRowAsync(silo.SiloAddress, Cancellation)).Members).Item1;
        Assert.Equal(
            (SiloStatus.Active, "silo", "machine", 30000, Start, 1),
            (read.Status, read.SiloName, read.HostName, read.ProxyPort, read.StartTime, read.SuspectTimes!.Count));
        Assert.Empty((await table.ReadRowAsync(Silo(2).SiloAddress, Cancellation)).Members);
    }

    [Fact]
    public async Task A_sign_of_life_changes_no_version()
    {
        var table = await TableAsync("sign-of-life");
        await table.InsertRowAsync(Silo(1), (await table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation);
        var before = await table.ReadAllAsync(Cancellation);

        var alive = Silo(1);
        alive.IAmAliveTime = Start.AddMinutes(1);
        await table.UpdateIAmAliveAsync(alive, Cancellation);

        var after = await table.ReadAllAsync(Cancellation);
        Assert.Equal(before.Version.Version, after.Version.Version);
        Assert.Equal(alive.IAmAliveTime, Assert.Single(after.Members).Item1.IAmAliveTime);
    }

    [Fact]
    public async Task Only_the_long_dead_are_cleaned_up()
    {
        var table = await TableAsync("clean-up");
        var (dead, alive, suspected) = (Silo(1), Silo(2), Silo(3));
        (dead.Status, alive.Status, suspected.Status) = (SiloStatus.Dead, SiloStatus.Active, SiloStatus.Dead);
        foreach (var silo in new[] { dead, alive, suspected })
            Assert.True(await table.InsertRowAsync(silo, (await table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation));
        suspected.AddOrUpdateSuspector(alive.SiloAddress, Start.AddDays(2), 2);
        var all = await table.ReadAllAsync(Cancellation);
        Assert.True(await table.UpdateRowAsync(suspected, all.Version.VersionEtag, all.Version.Next(), Cancellation));

        await table.CleanupDefunctSiloEntriesAsync(Start, Cancellation);
        Assert.Equal(3, (await table.ReadAllAsync(Cancellation)).Members.Count);
        await table.CleanupDefunctSiloEntriesAsync(Start.AddDays(1), Cancellation);
        Assert.Equal([2, 3], (await table.ReadAllAsync(Cancellation)).Members.Select(m => m.Item1.SiloAddress.Generation).Order());

        await table.DeleteMembershipTableEntriesAsync("clean-up", Cancellation);
        await table.InitializeMembershipTableAsync(true, Cancellation);
        Assert.Empty((await table.ReadAllAsync(Cancellation)).Members);
    }

    private async Task<AdoNetClusteringTable> TableAsync(string cluster)
    {
        var tables = new AdoNetClusteringSiloOptions { Invariant = "Npgsql", ConnectionString = Cluster.Tables(host.ConnectionString) };
        var table = new AdoNetClusteringTable(
            host.Services,
            Options.Create(new ClusterOptions { ClusterId = cluster }),
            Options.Create(tables),
            NullLogger<AdoNetClusteringTable>.Instance);
        await table.InitializeMembershipTableAsync(true, Cancellation);
        return table;
    }

    private static MembershipEntry Silo(int generation) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, 11111, generation),
        SiloName = "silo",
        HostName = "machine",
        Status = SiloStatus.Joining,
        ProxyPort = 30000,
        StartTime = Start,
        IAmAliveTime = Start,
    };
}
