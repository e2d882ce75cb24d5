using System.Net;
using System.Net.Sockets;
using FinOps.Platform.Alerts;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>No webhook reaches what is not public. Connections are counted at listeners, not believed.</summary>
public sealed class EgressGuardTests
{
    /// <summary>Written as a tenant might write them; {0} is a port where somebody listens on loopback.</summary>
    internal static readonly string[] Targets =
    [
        "http://127.0.0.1:{0}/", "http://127.1:{0}/", "http://127.0.1:{0}/", "http://127.255.255.254:{0}/", "http://127.0.0.2:{0}/",
        "http://2130706433:{0}/", "http://0x7f000001:{0}/", "http://0x7f.0.0.1:{0}/", "http://0177.0.0.1:{0}/", "http://017700000001:{0}/",
        "http://0:{0}/", "http://0.0.0.0:{0}/", "http://0.1.2.3:{0}/", "http://localhost:{0}/", "http://LOCALHOST:{0}/", "http://localhost.:{0}/",
        "http://[::1]:{0}/", "http://[0:0:0:0:0:0:0:1]:{0}/", "http://[::]:{0}/", "http://[::ffff:127.0.0.1]:{0}/", "http://[::ffff:7f00:1]:{0}/",
        "http://[::127.0.0.1]:{0}/", "http://[64:ff9b::7f00:1]:{0}/", "http://[64:ff9b::10.0.0.1]:{0}/", "http://[64:ff9b:1::1]:{0}/",
        "http://[2002:7f00:1::]:{0}/", "http://[2001:0:7f00:1::]:{0}/", "http://[fe80::1]:{0}/", "http://[fe80::a9fe:a9fe]:{0}/",
        "http://[fc00::1]:{0}/", "http://[fd00:ec2::254]:{0}/", "http://[fd12:3456:789a::1]:{0}/", "http://[fec0::1]:{0}/", "http://[ff02::1]:{0}/",
        "http://[2001:db8::1]:{0}/", "http://[3fff::1]:{0}/", "http://[100::1]:{0}/", "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]/",
        "http://10.0.0.1:{0}/", "http://10.255.255.255/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/",
        "http://192.168.255.255:{0}/", "http://100.64.0.1/", "http://100.127.255.254/", "http://100.100.100.200/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "http://169.254.170.2/v2/credentials", "http://169.254.0.1/",
        "http://2852039166/", "http://0xa9fea9fe/", "http://168.63.129.16/metadata", "http://192.0.0.192/", "http://192.0.2.1/",
        "http://192.88.99.1/", "http://198.18.0.1/", "http://198.19.255.255/", "http://198.51.100.7/", "http://203.0.113.7/",
        "http://224.0.0.1/", "http://239.255.255.255/", "http://240.0.0.1/", "http://255.255.255.255/", "http://10.0.0.1:22/", "https://10.0.0.1:6443/",
    ];

    [Fact]
    public async Task None_of_the_targets_gets_a_connection()
    {
        Assert.True(Targets.Length >= 60, $"{Targets.Length} targets");
        using var four = Listener.On(IPAddress.Loopback);
        using var six = Socket.OSSupportsIPv6 ? Listener.On(IPAddress.IPv6Loopback) : null;
        var guard = new EgressGuard(new AlertSettings([], []), EgressGuard.ResolveAsync);
        using var client = guard.CreateClient();

        foreach (var target in Targets)
        {
            foreach (var port in new[] { four.Port, six?.Port ?? four.Port })
            {
                var url = new Uri(string.Format(null, target, port));
                Assert.True(await guard.RefusalAsync(url, TestContext.Current.CancellationToken) is not null, $"{url} may be set");
                var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(url, TestContext.Current.CancellationToken));
                Assert.True(failure.InnerException is EgressRefusedException, $"{url}: {failure}");
            }
        }

        Assert.Equal(0, four.Connections + (six?.Connections ?? 0));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("1.1.1.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    public void A_public_address_is_allowed(string address) =>
        Assert.True(new EgressGuard(new AlertSettings([], []), EgressGuard.ResolveAsync).IsAllowed(IPAddress.Parse(address)));

    [Fact]
    public async Task A_name_that_turns_private_between_the_check_and_the_call_gains_nothing()
    {
        using var listener = Listener.On(IPAddress.Loopback);
        var answers = new Queue<IPAddress[]>([[IPAddress.Parse("8.8.8.8")], [IPAddress.Loopback]]);
        var guard = new EgressGuard(new AlertSettings([], []), (_, _) => Task.FromResult(answers.Dequeue()));
        var url = new Uri($"http://rebinding.example:{listener.Port}/");

        Assert.Null(await guard.RefusalAsync(url, TestContext.Current.CancellationToken));
        using var client = guard.CreateClient();
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(url, TestContext.Current.CancellationToken));

        Assert.IsType<EgressRefusedException>(failure.InnerException);
        Assert.Equal(0, listener.Connections);
    }

    [Fact]
    public async Task One_private_address_among_public_ones_refuses_the_name()
    {
        using var listener = Listener.On(IPAddress.Loopback);
        var guard = new EgressGuard(
            new AlertSettings([], []), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8"), IPAddress.Loopback]));
        using var client = guard.CreateClient();

        var failure = await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetAsync(new Uri($"http://dual.example:{listener.Port}/"), TestContext.Current.CancellationToken));

        Assert.IsType<EgressRefusedException>(failure.InnerException);
        Assert.Equal(0, listener.Connections);
    }

    [Fact]
    public async Task What_the_operator_allows_is_reached_and_a_redirect_is_not_followed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var guard = new EgressGuard(new AlertSettings([IPNetwork.Parse("127.0.0.0/8")], []), EgressGuard.ResolveAsync);
        using var client = guard.CreateClient();

        using var response = await client.GetAsync(new Uri(receiver.Url("here", 302)), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal(1, receiver.Requests);
    }
}
