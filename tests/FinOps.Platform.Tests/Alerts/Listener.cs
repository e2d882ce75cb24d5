using System.Net;
using System.Net.Sockets;

namespace FinOps.Platform.Tests.Alerts;

/// <summary>Counts who connects.</summary>
internal sealed class Listener : IDisposable
{
    private readonly TcpListener listener;
    private int connections;

    private Listener(IPAddress address)
    {
        listener = new TcpListener(address, 0);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Accepted ones and those that still wait.</summary>
    public int Connections => connections + (listener.Pending() ? 1 : 0);

    public static Listener On(IPAddress address) => new(address);

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var accepted = await listener.AcceptSocketAsync();
                Interlocked.Increment(ref connections);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
