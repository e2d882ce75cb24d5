using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailKit.Security;
using Microsoft.Extensions.Configuration;
using MimeKit;

namespace FinOps.Platform.Alerts;

/// <summary>The operator's mail server: <c>Alerts__Smtp__Host</c>, <c>Port</c>, <c>User</c>, <c>Password</c>, <c>From</c>, <c>Tls</c>, <c>CaFile</c>.</summary>
/// <param name="Host">Its name; it may be a private one, since only the operator sets it.</param>
/// <param name="Port">Unless told otherwise 587, and 465 where TLS is on from the first byte.</param>
/// <param name="User">Null: without a login.</param>
/// <param name="Password">The user's.</param>
/// <param name="From">The sender of all messages.</param>
/// <param name="Security">From <c>Tls</c>: <c>starttls</c> (the default), <c>on</c> from the first byte, or <c>off</c>.</param>
public sealed record SmtpSettings(string Host, int Port, string? User, string? Password, MailboxAddress From, SecureSocketOptions Security)
{
    private const int SubmissionPort = 587;
    private const int TlsPort = 465;

    /// <summary>Authorities that may vouch for the server instead of the system's, from <c>CaFile</c>; null: the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    // A record prints its members; the password must not end in a log that way.
    public override string ToString() => FormattableString.Invariant($"{Host}:{Port}");

    /// <exception cref="InvalidOperationException">Names the setting and what is wrong with it.</exception>
    public static SmtpSettings? Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Alerts:Smtp");
        if (section["Host"] is not { Length: > 0 } host) return null;
        var from = MailboxAddress.TryParse(section["From"] ?? "", out var address)
            ? address
            : throw new InvalidOperationException("Alerts__Smtp__From is not an e-mail address such as finops@example.com.");
        var security = SecurityOf(section["Tls"]);
        return new SmtpSettings(host, PortOf(section["Port"], security), section["User"], section["Password"], from, security)
        {
            Authorities = AuthoritiesOf(section["CaFile"]),
        };
    }

    private static int PortOf(string? text, SecureSocketOptions security) =>
        text is null or "" ? security == SecureSocketOptions.SslOnConnect ? TlsPort : SubmissionPort
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536 ? port
        : throw new InvalidOperationException($"Alerts__Smtp__Port: '{text}' is not a port.");

    private static X509Certificate2Collection? AuthoritiesOf(string? file)
    {
        if (file is null or "") return null;
        var read = new X509Certificate2Collection();
        try
        {
            read.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new InvalidOperationException($"Alerts__Smtp__CaFile: '{file}' cannot be read: {failure.Message}", failure);
        }

        return read.Count > 0 ? read : throw new InvalidOperationException($"Alerts__Smtp__CaFile: '{file}' holds no certificate in PEM.");
    }

    private static SecureSocketOptions SecurityOf(string? text) => text switch
    {
        null or "" or "starttls" => SecureSocketOptions.StartTls,
        "on" => SecureSocketOptions.SslOnConnect,
        "off" => SecureSocketOptions.None,
        _ => throw new InvalidOperationException($"Alerts__Smtp__Tls: '{text}' is none of starttls, on, off."),
    };
}
