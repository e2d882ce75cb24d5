using System.Net;
using System.Net.Sockets;

namespace FinOps.Platform.Alerts;

/// <summary>Which addresses belong to the public internet, after the registries of special-purpose addresses (RFC 6890).</summary>
public static class AddressRules
{
    private static readonly IPNetwork[] SpecialV4 = Networks(
        "0.0.0.0/8", // this network
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", // private
        "100.64.0.0/10", // carriers' own; a cloud keeps its metadata at 100.100.100.200
        "127.0.0.0/8", // loopback
        "168.63.129.16/32", // a cloud's host agent, in public space
        "169.254.0.0/16", // link-local; most clouds keep their metadata at 169.254.169.254
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", // protocols, documentation, benchmarks, relays
        "224.0.0.0/4", "240.0.0.0/4"); // multicast, reserved, broadcast

    private static readonly IPNetwork PublicV6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] SpecialV6 = Networks(
        "2001::/23", // protocols; Teredo wraps an IPv4 address
        "2001:db8::/32", "3fff::/20", // documentation
        "2002::/16"); // 6to4 wraps an IPv4 address

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    /// <returns>The IPv4 address that an IPv6 one stands for: mapped, translated or compatible; else the address.</returns>
    public static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (IPAddress.IPv6Loopback.Equals(address) || IPAddress.IPv6Any.Equals(address)) return address;
        return Nat64.Contains(address) || Compatible.Contains(address) ? new IPAddress(address.GetAddressBytes()[12..]) : address;
    }

    /// <param name="address">Unwrapped.</param>
    public static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !SpecialV4.Any(network => network.Contains(address)),
        AddressFamily.InterNetworkV6 => PublicV6.Contains(address) && !SpecialV6.Any(network => network.Contains(address)),
        _ => false,
    };

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(IPNetwork.Parse)];
}
