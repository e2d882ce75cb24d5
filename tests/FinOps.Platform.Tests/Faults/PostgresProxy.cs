using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FinOps.Platform.Tests.Faults;

/// <summary>What happens to a transaction that wrote usage, when its COMMIT comes by, or the Sync that stands for one.</summary>
internal enum Cut
{
    /// <summary>It is committed and answered.</summary>
    None,

    /// <summary>The COMMIT never reaches the server; the connection is gone.</summary>
    BeforeCommit,

    /// <summary>The server commits and answers; the answer does not come back, the connection is gone.</summary>
    BeforeTheAnswer,

    /// <summary>The connection is gone the moment the COMMIT is sent: nobody can know.</summary>
    RightAfterCommit,
}

/// <summary>
/// Stands between the host and PostgreSQL and reads what the host says, message by message. Transactions that mention a marker are of
/// interest; what becomes of each is decided when its COMMIT comes by. All others pass.
/// </summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ended = new();
    private readonly string marker;
    private readonly string host;
    private readonly int port;
    private readonly Func<Cut> decide;
    private readonly Task accepting;

    /// <param name="host">The server's name.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="marker">A word in the statements of the transactions of interest.</param>
    /// <param name="decide">Asked once for each of their commits.</param>
    public PostgresProxy(string host, int port, string marker, Func<Cut> decide)
    {
        (this.host, this.port, this.marker, this.decide) = (host, port, marker, decide);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Dispose();
        await accepting.ContinueWith(_ => { }, TaskScheduler.Default);
        ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync(ended.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(host, port, connection.Token);
                var answers = new Answers(server.GetStream(), client.GetStream());
                var passing = answers.PassAsync(connection.Token);
                await new Frontend(client.GetStream(), server.GetStream(), answers, marker, decide).PassAsync(connection.Token);
                await connection.CancelAsync();
                await passing;
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One side left, or was cut off.
            }
        }
    }

    /// <summary>From the server to the host, until told to hold an answer back.</summary>
    private sealed class Answers(NetworkStream server, NetworkStream client)
    {
        private TaskCompletionSource? held;

        /// <summary>From now on nothing passes; ends when the server has said something more.</summary>
        public Task HoldNext() => (held = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public async Task PassAsync(CancellationToken stop)
        {
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await server.ReadAsync(buffer, stop)) > 0)
            {
                if (held is { } waiting)
                {
                    waiting.TrySetResult();
                    return;
                }

                await client.WriteAsync(buffer.AsMemory(0, read), stop);
            }

            client.Close();
        }
    }

    /// <summary>From the host to the server, message by message: a letter, a length, the rest. Only the first has no letter.</summary>
    private sealed class Frontend(NetworkStream client, NetworkStream server, Answers answers, string marker, Func<Cut> decide)
    {
        private readonly HashSet<string> marked = [];
        private readonly byte[] head = new byte[5];
        private byte[] body = new byte[64 * 1024];
        private bool ofInterest;

        // Statements without a BEGIN are one transaction up to the Sync, which commits it.
        private bool hasBegun;

        public async Task PassAsync(CancellationToken stop)
        {
            await PassStartAsync(stop);
            while (true)
            {
                await client.ReadExactlyAsync(head, stop);
                var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4;
                if (length > body.Length) body = new byte[length];
                await client.ReadExactlyAsync(body.AsMemory(0, length), stop);
                if (await IsCutAsync(length, stop)) return;
            }
        }

        /// <summary>Start-up messages; the refusal of encryption is one byte, after which the start-up comes again.</summary>
        private async Task PassStartAsync(CancellationToken stop)
        {
            while (true)
            {
                await client.ReadExactlyAsync(head.AsMemory(0, 4), stop);
                var length = BinaryPrimitives.ReadInt32BigEndian(head) - 4;
                await client.ReadExactlyAsync(body.AsMemory(0, length), stop);
                await server.WriteAsync(head.AsMemory(0, 4), stop);
                await server.WriteAsync(body.AsMemory(0, length), stop);
                const int protocol3 = 196608;
                if (BinaryPrimitives.ReadInt32BigEndian(body) == protocol3) return;
            }
        }

        private async Task<bool> IsCutAsync(int length, CancellationToken stop)
        {
            var (letter, says) = ((char)head[0], body.AsMemory(0, length));
            Note(letter, says.Span);
            if (Says(letter, says.Span, "BEGIN")) hasBegun = true;
            var isCommit = Says(letter, says.Span, "COMMIT") || (letter is 'S' && !hasBegun);
            var cut = isCommit && ofInterest ? decide() : Cut.None;
            if (isCommit || Says(letter, says.Span, "ROLLBACK")) (ofInterest, hasBegun) = (false, false);
            if (cut == Cut.BeforeCommit) return true;
            var answered = cut == Cut.BeforeTheAnswer ? answers.HoldNext() : Task.CompletedTask;
            await server.WriteAsync(head, stop);
            await server.WriteAsync(says, stop);
            await answered.WaitAsync(stop);
            return cut != Cut.None;
        }

        /// <summary>Whether the transaction is of interest: by its text, or by the name of a statement that was prepared with such a text.</summary>
        private void Note(char letter, ReadOnlySpan<byte> says)
        {
            if (letter is 'Q' && says.IndexOf(Encoding.ASCII.GetBytes(marker)) >= 0) ofInterest = true;
            if (letter is 'P' && says.IndexOf(Encoding.ASCII.GetBytes(marker)) >= 0)
            {
                marked.Add(Text(ref says));
            }
            else if (letter is 'P')
            {
                marked.Remove(Text(ref says));
            }
            else if (letter is 'B')
            {
                _ = Text(ref says);
                if (marked.Contains(Text(ref says))) ofInterest = true;
            }
        }

        /// <summary>As a simple query, or parsed by the extended protocol.</summary>
        private static bool Says(char letter, ReadOnlySpan<byte> says, string statement)
        {
            if (letter is not ('Q' or 'P')) return false;
            if (letter is 'P') _ = Text(ref says);
            return Text(ref says).TrimStart().StartsWith(statement, StringComparison.OrdinalIgnoreCase);
        }

        private static string Text(ref ReadOnlySpan<byte> says)
        {
            var end = says.IndexOf((byte)0);
            var text = Encoding.UTF8.GetString(says[..end]);
            says = says[(end + 1)..];
            return text;
        }
    }
}
