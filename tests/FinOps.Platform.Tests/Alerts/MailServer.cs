using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using FinOps.Platform.Tests.Fixtures;
using MimeKit;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>
/// A mail server on loopback: takes messages, refuses recipients called <c>refused</c>, and for <c>busy</c> comes a 4xx once. With a certificate
/// it offers STARTTLS, and a login behind it.
/// </summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Channel<Mail> inbox = Channel.CreateUnbounded<Mail>();
    private readonly Task accepting;
    private readonly ConcurrentQueue<string> saidInTheClear = new();
    private int busy;
    private int connections;

    public MailServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>For the next connections; null is without TLS.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>TLS from the first byte on, in place of STARTTLS.</summary>
    public bool IsTlsOnConnect { get; init; }

    /// <summary>The verbs that came outside of TLS.</summary>
    public IReadOnlyCollection<string> SaidInTheClear => saidInTheClear;

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public int Connections => connections;

    public int Waiting => inbox.Reader.Count;

    public async Task<Mail> NextAsync() => await inbox.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Patience);

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref connections);
        using var _ = client;
        await using var plain = client.GetStream();
        try
        {
            if (IsTlsOnConnect) await SecureAsync(plain, Certificate!, greeting: "220 test");
            else await ConverseAsync(plain, Certificate, isSecure: false);
        }
        catch (Exception gone) when (gone is IOException or AuthenticationException)
        {
            // Whoever does not like the certificate hangs up.
        }
    }

    private async Task SecureAsync(Stream stream, X509Certificate2 certificate, string? greeting)
    {
        await using var secure = new SslStream(stream, leaveInnerStreamOpen: true);
        await secure.AuthenticateAsServerAsync(certificate);
        if (greeting is not null) await secure.WriteAsync(Encoding.ASCII.GetBytes(greeting + "\r\n"));
        await ConverseAsync(secure, certificate, isSecure: true);
    }

    private async Task ConverseAsync(Stream stream, X509Certificate2? certificate, bool isSecure)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        async Task SayAsync(string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"));
        var recipients = new List<string>();
        if (!isSecure) await SayAsync("220 test");
        while (await reader.ReadLineAsync() is { } line)
        {
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            if (!isSecure) saidInTheClear.Enqueue(verb);
            switch (verb)
            {
                case "EHLO":
                    await SayAsync(isSecure ? "250-test\r\n250-AUTH PLAIN\r\n250 8BITMIME" : certificate is null ? "250-test\r\n250 8BITMIME" : "250-test\r\n250 STARTTLS");
                    break;
                case "STARTTLS" when certificate is not null && !isSecure:
                    await SayAsync("220 go on");
                    await SecureAsync(stream, certificate, greeting: null);
                    return;
                case "AUTH":
                    await SayAsync("235 welcome");
                    break;
                case "RCPT" when line.Contains("<refused@", StringComparison.Ordinal):
                    await SayAsync("550 5.1.1 unknown");
                    break;
                case "RCPT" when line.Contains("<busy@", StringComparison.Ordinal) && Interlocked.Increment(ref busy) == 1:
                    await SayAsync("450 4.2.1 later");
                    break;
                case "RCPT":
                    recipients.Add(line);
                    await SayAsync("250 ok");
                    break;
                case "DATA":
                    await SayAsync("354 go on");
                    var body = new StringBuilder();
                    while (await reader.ReadLineAsync() is { } part && part != ".") body.Append(part.StartsWith('.') ? part[1..] : part).Append("\r\n");
                    using (var raw = new MemoryStream(Encoding.Latin1.GetBytes(body.ToString())))
                        inbox.Writer.TryWrite(new Mail(await MimeMessage.LoadAsync(raw), recipients.Count));
                    recipients.Clear();
                    await SayAsync("250 taken");
                    break;
                case "QUIT":
                    await SayAsync("221 bye");
                    return;
                default:
                    await SayAsync("250 ok");
                    break;
            }
        }
    }
}

/// <summary>One message as it was taken.</summary>
public sealed record Mail(MimeMessage Message, int Recipients);
