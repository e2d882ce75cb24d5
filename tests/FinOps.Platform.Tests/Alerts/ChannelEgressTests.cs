using System.Net;
using System.Net.Sockets;
using FinOps.Domain.Alerts;
using FinOps.Platform.Alerts;
using FinOps.Platform.Alerts.Channels;
using FinOps.Platform.Alerts.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>No channel, whatever its tenant writes, connects to what is not public. Connections are counted at listeners.</summary>
public sealed class ChannelEgressTests
{
    private static readonly AlertSettings Strict = new([], []);

    /// <summary>Names as a tenant might register them, and what they resolve to.</summary>
    private static readonly (string Name, string[] Addresses)[] Names =
    [
        ("loopback.example", ["127.0.0.1"]), ("metadata.example", ["169.254.169.254"]), ("private.example", ["10.0.0.1"]), ("six.example", ["::1"]),
        ("mapped.example", ["::ffff:127.0.0.1"]), ("translated.example", ["64:ff9b::7f00:1"]), ("unique-local.example", ["fd00:ec2::254"]),
        ("dual.example", ["8.8.8.8", "127.0.0.1"]), ("dual-six.example", ["2606:4700:4700::1111", "::1"]), ("carrier.example", ["100.100.100.200"]),
    ];

    public static TheoryData<string> Kinds => [.. HttpChannels(new EgressGuard(Strict, EgressGuard.ResolveAsync), null).Select(c => c.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_target_is_refused_when_it_is_set_and_when_it_is_called(string kind)
    {
        using var four = Listener.On(IPAddress.Loopback);
        using var six = Socket.OSSupportsIPv6 ? Listener.On(IPAddress.IPv6Loopback) : null;
        var guard = new EgressGuard(Strict, ResolveAsync);
        var ports = new[] { four.Port, six?.Port ?? four.Port };
        var targets = EgressGuardTests.Targets.SelectMany(t => ports.Select(port => string.Format(null, t, port)))
            .Concat(Names.SelectMany(n => ports.Select(port => $"http://{n.Name}:{port}/"))).Distinct().ToList();
        Assert.True(targets.Count >= 60, $"{targets.Count} targets");

        foreach (var target in targets)
        {
            var channel = HttpChannels(guard, new Uri(target)).Single(c => c.Kind == kind);
            var outcome = await channel.SendAsync(Delivery(target), TestContext.Current.CancellationToken);
            Assert.Equal(new DeliveryOutcome.Refused("address_not_allowed", null), outcome);
            if (kind == "pagerduty") continue;
            var (_, flaws) = await new ReadAlertChannels([channel], guard).ReadAsync(
                [new() { Kind = kind, Target = target }], TestContext.Current.CancellationToken);
            Assert.Equal(("channel_target_not_allowed", "channels[0].target"), (Assert.Single(flaws).Code, flaws[0].Field));
        }

        Assert.Equal(0, four.Connections + (six?.Connections ?? 0));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_name_that_turns_private_between_the_check_and_the_call_gains_nothing(string kind)
    {
        using var listener = Listener.On(IPAddress.Loopback);
        var asked = 0;
        var guard = new EgressGuard(Strict, (_, _) => Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Parse("8.8.8.8") : IPAddress.Loopback]));
        var url = new Uri($"http://rebinding.example:{listener.Port}/");

        Assert.Null(await guard.RefusalAsync(url, TestContext.Current.CancellationToken));
        var outcome = await HttpChannels(guard, url).Single(c => c.Kind == kind).SendAsync(Delivery(url.ToString()), TestContext.Current.CancellationToken);

        Assert.Equal(new DeliveryOutcome.Refused("address_not_allowed", null), outcome);
        Assert.Equal(0, listener.Connections);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_redirect_is_a_failure_and_is_not_followed(string kind)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var guard = new EgressGuard(new AlertSettings([IPNetwork.Parse("127.0.0.0/8")], []), EgressGuard.ResolveAsync);
        var url = new Uri(receiver.Url("here", 302));

        var outcome = await HttpChannels(guard, url).Single(c => c.Kind == kind).SendAsync(Delivery(url.ToString()), TestContext.Current.CancellationToken);

        Assert.Equal(new DeliveryOutcome.Failed("redirect", 302, null), outcome);
        Assert.Equal(1, receiver.Requests);
    }

    [Fact]
    public async Task No_recipient_makes_the_mail_server_call_a_machine_and_no_mail_is_sent_to_find_out()
    {
        await using var mail = new MailServer();
        var settings = Strict with { Smtp = new SmtpSettings("127.0.0.1", mail.Port, null, null, new("", "finops@example.com"), MailKit.Security.SecureSocketOptions.None) };
        var channel = new EmailChannel(settings, TimeProvider.System, NullLogger<EmailChannel>.Instance);
        var hosts = EgressGuardTests.Targets.Select(t => new Uri(string.Format(null, t, 25)))
            .SelectMany(url => new[] { url.Host, $"[{url.Host.Trim('[', ']')}]", $"[IPv6:{url.Host.Trim('[', ']')}]" })
            .Concat(["127.1", "0x7f.1", "2130706433", "localhost", "localhost.localdomain", "metadata.google.internal", "printer.local", "a..b", "-a.com", "b-.com", "a.b c", "xn", "1.2.3.4"])
            .Distinct().ToList();
        Assert.True(hosts.Count >= 60, $"{hosts.Count} hosts");

        foreach (var host in hosts) Assert.True(channel.Flaw($"ops@{host}") is not null, host);
        foreach (var trick in new[] { "ops@example.com\r\nBcc: x@example.com", "<a@example.com>", "a@example.com (b)", "a%b@example.com", "\"a b\"@example.com", "@example.com", "a@b@example.com", "" })
            Assert.True(channel.Flaw(trick) is not null, trick);

        Assert.Equal(0, mail.Connections);
    }

    private static AlertDelivery Delivery(string target)
    {
        var alert = SampleAlert.Of();
        return new AlertDelivery(alert.AlertId, alert.BudgetId, [alert], AlertMessage.Usual.Render(alert), target);
    }

    /// <summary>The classes that call a URL; the webhook's call is the same <see cref="PostJson"/>.</summary>
    private static IEnumerable<ITargetedChannel> HttpChannels(EgressGuard guard, Uri? pagerDuty)
    {
        var post = new PostJson(guard, TimeProvider.System, NullLogger<PostJson>.Instance);
        return [new SlackChannel(post), new TeamsChannel(post), new PagerDutyChannel(post, Strict with { PagerDuty = pagerDuty ?? Strict.PagerDuty })];
    }

    private static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation) =>
        Names.FirstOrDefault(n => n.Name == host).Addresses is { } addresses
            ? Task.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)])
            : EgressGuard.ResolveAsync(host, cancellation);
}
