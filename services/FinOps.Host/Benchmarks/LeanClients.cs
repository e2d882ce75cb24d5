using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FinOps.Host.Benchmarks;

/// <summary>
/// Clients that take little of the machine beside the servers that they measure: a kept connection each, requests made before the clock
/// starts, and of an answer only what tells that it is whole and says the word that is expected.
/// </summary>
internal sealed class LeanClients(Uri url, string path, string key, string expected = "accepted")
{
    /// <summary>The runtime's setting, which a process started by this one must not inherit.</summary>
    public const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private readonly byte[] word = Encoding.ASCII.GetBytes($"\"{expected}\"");

    private const int AnswerBytes = 16 * 1024;

    /// <summary>Makes whoever gets an answer send the next request at once, on the thread that waits for the sockets. To be called before the first one is made.</summary>
    public static void AnswerInline() => Environment.SetEnvironmentVariable(InlineCompletions, "1");

    /// <param name="bodies">One a request.</param>
    /// <param name="clients">How many ask at once.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="taken">Gets how long each took.</param>
    /// <returns>From the first request to the last answer.</returns>
    /// <exception cref="InvalidOperationException">Something else was answered than what is expected.</exception>
    public async Task<TimeSpan> PostAsync(IEnumerable<byte[]> bodies, int clients, CancellationToken cancellation, ConcurrentBag<TimeSpan>? taken = null)
    {
        var requests = bodies.Select(Request).ToArray();
        var sockets = new List<Socket>(clients);
        try
        {
            for (var i = 0; i < clients; i++) sockets.Add(await ConnectAsync(cancellation));
            var (next, clock) = (-1, Stopwatch.StartNew());
            await Task.WhenAll(sockets.Select(async socket =>
            {
                var answer = new byte[AnswerBytes];
                int request;
                while ((request = Interlocked.Increment(ref next)) < requests.Length)
                {
                    var start = Stopwatch.GetTimestamp();
                    await AskAsync(socket, requests[request], answer, cancellation);
                    taken?.Add(Stopwatch.GetElapsedTime(start));
                }
            }));
            return clock.Elapsed;
        }
        finally
        {
            foreach (var socket in sockets) socket.Dispose();
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse(url.Host), url.Port, cancellation);
        return socket;
    }

    private byte[] Request(byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n")),
        .. body,
    ];

    private async Task AskAsync(Socket socket, byte[] request, byte[] answer, CancellationToken cancellation)
    {
        for (var sent = 0; sent < request.Length;) sent += await socket.SendAsync(request.AsMemory(sent), cancellation);
        var length = 0;
        do
        {
            var read = await socket.ReceiveAsync(answer.AsMemory(length), cancellation);
            if (read == 0) throw new InvalidOperationException($"{path} closed the connection in place of an answer.");
            length += read;
        }
        while (!IsWhole(answer.AsSpan(0, length)));
        if (!answer.AsSpan().StartsWith("HTTP/1.1 200 "u8) || answer.AsSpan(0, length).IndexOf(word) < 0)
            throw new InvalidOperationException($"{path} answered: {Encoding.UTF8.GetString(answer, 0, length)}");
    }

    /// <summary>An answer says its length, or comes in chunks of which the last is empty.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        var head = answer[..(end + 2)];
        var body = answer[(end + 4)..];
        var at = head.IndexOf("\r\nContent-Length: "u8);
        if (at < 0) return body.EndsWith("0\r\n\r\n"u8);
        return Utf8Parser.TryParse(head[(at + "\r\nContent-Length: ".Length)..], out int length, out _) && body.Length >= length;
    }
}
