using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FinOps.Domain.Alerts;
using FinOps.Platform.Alerts;
using FinOps.Platform.Alerts.Channels;
using FinOps.Platform.Alerts.Messages;
using FinOps.Platform.Tests.Budgets;
using FinOps.Platform.Tests.Fixtures;
using MailKit.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>Mail through a server that speaks STARTTLS, with certificates that are made here and an authority that the operator names.</summary>
public sealed class StartTlsTests(StartTlsTests.MailingHost host) : IClassFixture<StartTlsTests.MailingHost>
{
    [Fact]
    public async Task The_login_and_the_message_go_behind_STARTTLS_alone()
    {
        host.Mail.Certificate = host.Authority.For(IPAddress.Loopback);
        Assert.Equal("DELIVERED  ", await SendAsync("trusted"));
        Assert.Equal("Budget trusted-budget of trusted has reached 50 %", (await host.Mail.NextAsync()).Message.Subject);
        Assert.Equal(["EHLO", "STARTTLS"], host.Mail.SaidInTheClear.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_certificate_of_another_server_of_another_authority_or_that_has_ended_is_refused_and_the_log_says_why()
    {
        using var stranger = new Authority("CN=Nobody knows me");
        foreach (var (tenant, certificate, reason) in ((string, X509Certificate2, string)[])
        [
            ("misnamed", host.Authority.For(IPAddress.Parse("192.0.2.1")), "is not for 127.0.0.1"),
            ("strange", stranger.For(IPAddress.Loopback), "by Alerts__Smtp__CaFile"),
            ("ended", host.Authority.For(IPAddress.Loopback, until: DateTimeOffset.UtcNow.AddDays(-1)), "NotTimeValid"),
        ])
        {
            host.Mail.Certificate = certificate;
            Assert.Equal("FAILED  certificate_refused", await SendAsync(tenant));
            Assert.True(HostsLog.Holds(reason), $"The log does not say '{reason}'.");
        }

        Assert.Equal(0, host.Mail.Waiting);
        Assert.DoesNotContain("MAIL", host.Mail.SaidInTheClear);
    }

    [Fact]
    public async Task A_server_that_offers_no_STARTTLS_gets_neither_the_login_nor_the_message()
    {
        host.Mail.Certificate = null;
        Assert.Equal("FAILED  tls_not_offered", await SendAsync("plain"));
        Assert.Equal(0, host.Mail.Waiting);
        foreach (var verb in (string[])["AUTH", "MAIL", "RCPT", "DATA"]) Assert.DoesNotContain(verb, host.Mail.SaidInTheClear);
    }

    [Fact]
    public async Task Without_authorities_of_the_operators_own_the_systems_are_asked()
    {
        await using var mail = new MailServer { Certificate = host.Authority.For(IPAddress.Loopback) };
        var smtp = new SmtpSettings("127.0.0.1", mail.Port, null, null, new("", "finops@example.com"), SecureSocketOptions.StartTls);

        Assert.Equal(new DeliveryOutcome.Failed("certificate_refused", null, null), await DeliverAsync(smtp));
        Assert.Equal(0, mail.Waiting);
        Assert.Equal(new DeliveryOutcome.Delivered(null), await DeliverAsync(smtp with { Authorities = Read(host.Authority.Pem) }));

        static X509Certificate2Collection Read(string pem)
        {
            var read = new X509Certificate2Collection();
            read.ImportFromPem(pem);
            return read;
        }
    }

    [Fact]
    public async Task With_TLS_from_the_first_byte_a_message_is_delivered_to_whom_the_authority_vouches_for_and_to_nobody_else()
    {
        await using var mail = new MailServer { Certificate = host.Authority.For(IPAddress.Loopback), IsTlsOnConnect = true };
        var file = Path.Combine(Path.GetTempPath(), $"finops-ca-{Guid.NewGuid():N}.pem");
        await File.WriteAllTextAsync(file, host.Authority.Pem, TestContext.Current.CancellationToken);
        var trusting = Settings(("Tls", "on"), ("Port", $"{mail.Port}"), ("CaFile", file));
        File.Delete(file);

        Assert.Equal(new DeliveryOutcome.Delivered(null), await DeliverAsync(trusting));
        Assert.Equal("ops@example.com", Assert.Single((await mail.NextAsync()).Message.To.Mailboxes).Address);
        Assert.Equal(new DeliveryOutcome.Failed("certificate_refused", null, null), await DeliverAsync(trusting with { Authorities = null }));
        Assert.Equal(0, mail.Waiting);
        Assert.Empty(mail.SaidInTheClear);
    }

    [Theory]
    [InlineData(null, 587)]
    [InlineData("starttls", 587)]
    [InlineData("off", 587)]
    [InlineData("on", 465)]
    public void The_usual_port_is_that_of_the_kind_of_TLS(string? tls, int port) => Assert.Equal(port, Settings(("Tls", tls)).Port);

    [Theory]
    [InlineData("/nowhere/ca.pem")]
    [InlineData("/dev/null")]
    public void A_file_of_authorities_that_holds_none_stops_the_start_and_is_named(string file)
    {
        Assert.Contains(file, Assert.Throws<InvalidOperationException>(() => Settings(("CaFile", file))).Message, StringComparison.Ordinal);
    }

    /// <summary>Of a server on loopback, as an operator would write them.</summary>
    private static SmtpSettings Settings(params (string Name, string? Value)[] said) => SmtpSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection([
            new("Alerts:Smtp:Host", "127.0.0.1"), new("Alerts:Smtp:From", "finops@example.com"), .. said.Select(s => KeyValuePair.Create($"Alerts:Smtp:{s.Name}", s.Value)),
        ]).Build())!;

    private static async Task<DeliveryOutcome> DeliverAsync(SmtpSettings settings)
    {
        var alert = SampleAlert.Of();
        return await new EmailChannel(new AlertSettings([], []) { Smtp = settings }, TimeProvider.System, NullLogger<EmailChannel>.Instance).SendAsync(
            new AlertDelivery(alert.AlertId, alert.BudgetId, [alert], AlertMessage.Usual.Render(alert), "ops@example.com"), TestContext.Current.CancellationToken);
    }

    /// <returns>What the delivery log says of the first try.</returns>
    private async Task<string> SendAsync(string tenant)
    {
        await host.CreateAsync(tenant, b => (b.Thresholds, b.Channels) = ([50m], [new() { Kind = "email", Target = "ops@example.com" }]));
        await host.SpendAsync(tenant, 50);
        var tries = await host.EventuallyAsync(
            r => r.Count > 0,
            """
            select d.status, d.status_code, d.error from finops.alert_delivery d join finops.alert a on a.id = d.alert_id
            join finops.alert_channel c on c.alert_id = d.alert_id and c.channel = d.channel
            where a.tenant = $1 and d.channel = 'email' and d.attempt = 1 and c.state <> 'PENDING'
            """, tenant);
        return Assert.Single(tries);
    }

    /// <summary>Requires STARTTLS, logs in, and trusts one authority.</summary>
    public sealed class MailingHost : AlertingHost
    {
        private readonly string file = Path.Combine(Path.GetTempPath(), $"finops-ca-{Guid.NewGuid():N}.pem");

        internal Authority Authority { get; } = new("CN=The operator's own");

        protected override void Configure(WebApplicationBuilder builder)
        {
            base.Configure(builder);
            File.WriteAllText(file, Authority.Pem);
            builder.Configuration["Alerts:Smtp:Tls"] = "starttls";
            builder.Configuration["Alerts:Smtp:User"] = "finops";
            builder.Configuration["Alerts:Smtp:Password"] = "the-mail-servers-secret";
            builder.Configuration["Alerts:Smtp:CaFile"] = file;
        }

        protected override Task ForgetAsync()
        {
            File.Delete(file);
            Authority.Dispose();
            return base.ForgetAsync();
        }
    }

    /// <summary>Vouches for certificates; its own vouches for itself.</summary>
    internal sealed class Authority : IDisposable
    {
        private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly X509Certificate2 own;

        public Authority(string name)
        {
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
            own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
        }

        public string Pem => own.ExportCertificatePem();

        public X509Certificate2 For(IPAddress server, DateTimeOffset? until = null)
        {
            using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(server);
            var request = new CertificateRequest("CN=mail", serverKey, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.Create(own, DateTimeOffset.UtcNow.AddDays(-30), until ?? DateTimeOffset.UtcNow.AddDays(30), RandomNumberGenerator.GetBytes(16));
            using var withKey = certificate.CopyWithPrivateKey(serverKey);
            return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null);
        }

        public void Dispose()
        {
            own.Dispose();
            key.Dispose();
        }
    }
}
