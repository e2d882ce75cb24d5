using System.Net.Sockets;
using FinOps.Domain.Alerts;
using FinOps.Platform.Hosting;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace FinOps.Platform.Alerts.Channels;

/// <summary>Mails the alert through the operator's server, as plain text and as HTML. A tenant names recipients and never a server.</summary>
internal sealed class EmailChannel(AlertSettings settings, TimeProvider clock, ILogger<EmailChannel> log) : ITargetedChannel
{
    public string Kind => "email";

    public string? Flaw(string target) =>
        settings.Smtp is null ? "cannot be used: the operator has named no mail server (Alerts__Smtp__Host)" : EmailAddresses.Flaw(target);

    public string Shown(string target) => target;

    public async Task<DeliveryOutcome> SendAsync(AlertDelivery delivery, CancellationToken cancellation)
    {
        if (settings.Smtp is not { } smtp) return new DeliveryOutcome.Failed("no_mail_server", null, null);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limits.SmtpTimeout);
        var trust = new MailServerTrust(smtp);
        try
        {
            using var client = new SmtpClient();
            client.ServerCertificateValidationCallback = (_, certificate, chain, errors) => trust.Accepts(certificate, chain, errors);
            await client.ConnectAsync(smtp.Host, smtp.Port, smtp.Security, limit.Token);
            if (smtp.User is not null) await client.AuthenticateAsync(smtp.User, smtp.Password ?? "", limit.Token);
            using var message = Message(delivery, smtp.From);
            await client.SendAsync(message, limit.Token);
            // It has been taken; what becomes of the farewell changes nothing.
            await client.DisconnectAsync(quit: false, CancellationToken.None);
            return new DeliveryOutcome.Delivered(null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new DeliveryOutcome.Failed("timeout", null, null);
        }
        catch (Exception failure) when (failure is ProtocolException or CommandException or SocketException or IOException
            or AuthenticationException or SslHandshakeException or ServiceNotConnectedException or NotSupportedException)
        {
            log.LogWarning("Delivery {Id} through {Server}: {Failure}", delivery.Id, smtp, trust.Flaw ?? failure.Message.ReplaceLineEndings(" "));
            return trust.Flaw is null ? OutcomeOf(failure) : new DeliveryOutcome.Failed("certificate_refused", null, null);
        }
    }

    private MimeMessage Message(AlertDelivery delivery, MailboxAddress from)
    {
        var message = new MimeMessage
        {
            // The same on every try, so that a mailbox keeps one.
            MessageId = $"{delivery.Id}@{from.Domain}",
            Subject = delivery.Text.Subject,
            Date = clock.GetUtcNow(),
            Body = new BodyBuilder { TextBody = delivery.Text.Plain, HtmlBody = delivery.Text.Html }.ToMessageBody(),
        };
        message.From.Add(from);
        message.To.AddRange(EmailAddresses.Read(delivery.Target));
        // Holiday notes must not answer it.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    private static DeliveryOutcome OutcomeOf(Exception failure) => failure switch
    {
        // The server's 5xx to a recipient is its last word; to anything else it may be about us.
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted, StatusCode: var status } when (int)status >= 500 =>
            new DeliveryOutcome.Refused("recipient_refused", (int)status),
        SmtpCommandException { StatusCode: var status } => new DeliveryOutcome.Failed("status", (int)status, null),
        AuthenticationException => new DeliveryOutcome.Failed("mail_login_failed", null, null),
        SslHandshakeException => new DeliveryOutcome.Failed("tls_failed", null, null),
        // Nothing was said yet but a greeting: no login and no message goes in the clear.
        NotSupportedException => new DeliveryOutcome.Failed("tls_not_offered", null, null),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            new DeliveryOutcome.Failed("name_not_resolved", null, null),
        _ => new DeliveryOutcome.Failed("connection_failed", null, null),
    };
}
