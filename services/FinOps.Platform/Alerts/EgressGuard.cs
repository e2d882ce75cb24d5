using System.Net;
using System.Net.Sockets;

namespace FinOps.Platform.Alerts;

/// <summary>Finds a host's addresses.</summary>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>
/// Lets calls out to public addresses only, and to what the operator allows. It checks the resolved address and connects to that very
/// address, so a name that answers differently the second time gains nothing.
/// </summary>
public sealed class EgressGuard(AlertSettings settings, ResolveHost resolve)
{
    /// <summary>A client that can reach nothing but what is allowed: no redirects, no proxy, no cookies.</summary>
    public HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectCallback = ConnectAsync,
        MaxResponseHeadersLength = 16,
        // So that a name's new address, and its verdict, are learned.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Tells early, when a webhook is set, what a delivery would be refused for. A name that does not resolve may do so later.</summary>
    /// <returns>Null when nothing speaks against it.</returns>
    public async Task<string?> RefusalAsync(Uri url, CancellationToken cancellation)
    {
        try
        {
            var addresses = await resolve(url.IdnHost, cancellation);
            return addresses.All(IsAllowed) ? null : "The webhook's URL leads to an address that is not allowed.";
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>An address written out, or the system's resolver, which does not take 0.0.0.0: that must be refused, not merely fail.</summary>
    public static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation) =>
        IPAddress.TryParse(host, out var address)
            ? Task.FromResult<IPAddress[]>([address])
            : Dns.GetHostAddressesAsync(host.TrimEnd('.'), cancellation);

    public bool IsAllowed(IPAddress address)
    {
        var target = AddressRules.Unwrap(address);
        return settings.AllowedNetworks.Any(network => network.Contains(target)) || AddressRules.IsPublic(target);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await resolve(context.DnsEndPoint.Host, cancellation);
        // One bad address among good ones is a trick rather than a mistake.
        foreach (var address in addresses)
            if (!IsAllowed(address)) throw new EgressRefusedException(context.DnsEndPoint.Host, address);

        SocketException? failure = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException refused)
            {
                socket.Dispose();
                failure = refused;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }
}

/// <summary>The call was never made.</summary>
public sealed class EgressRefusedException(string host, IPAddress address)
    : Exception($"{host} leads to {address}, which is neither public nor in Alerts__AllowedNetworks.");
