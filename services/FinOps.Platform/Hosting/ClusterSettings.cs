using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Orleans.Configuration;

namespace FinOps.Platform.Hosting;

internal enum ClusterMode
{
    /// <summary>The one process that there is.</summary>
    Localhost,

    /// <summary>Any number of processes, found through the tables of schema <c>orleans</c>.</summary>
    Postgres,
}

/// <summary>Section <c>Cluster</c>.</summary>
/// <param name="Mode"><c>Cluster:Mode</c>.</param>
/// <param name="Address"><c>Cluster:Address</c>, where other processes reach this silo, and where it listens.</param>
/// <param name="SiloPort"><c>Cluster:SiloPort</c>, for silos: who starts on a dead one's address and port takes its place at once.</param>
/// <param name="GatewayPort"><c>Cluster:GatewayPort</c>, for processes without a silo.</param>
/// <param name="ServiceId"><c>Cluster:ServiceId</c>.</param>
/// <param name="ClusterId"><c>Cluster:ClusterId</c>: processes of another id are strangers, even on the same database.</param>
internal sealed record ClusterSettings(
    ClusterMode Mode, IPAddress Address, int SiloPort, int GatewayPort, string ServiceId, string ClusterId)
{
    public static ClusterSettings Read(IConfiguration configuration)
    {
        var cluster = configuration.GetSection("Cluster");
        return new ClusterSettings(
            ModeOf(cluster["Mode"]),
            AddressOf(cluster["Address"]),
            cluster.GetValue("SiloPort", 11111),
            cluster.GetValue("GatewayPort", 30000),
            cluster["ServiceId"] ?? "finops",
            cluster["ClusterId"] ?? "finops");
    }

    public void Name(ClusterOptions options) => (options.ServiceId, options.ClusterId) = (ServiceId, ClusterId);

    private static ClusterMode ModeOf(string? text) => text?.ToLowerInvariant() switch
    {
        null or "" or "localhost" => ClusterMode.Localhost,
        "postgres" => ClusterMode.Postgres,
        _ => throw new InvalidOperationException($"Cluster__Mode: '{text}' is none; use localhost or postgres."),
    };

    private static IPAddress AddressOf(string? text)
    {
        if (string.IsNullOrEmpty(text)) return OwnAddress();
        return IPAddress.TryParse(text, out var address)
            ? address
            : throw new InvalidOperationException($"Cluster__Address: '{text}' is no IP address.");
    }

    private static IPAddress OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(i => i.GetIPProperties().UnicastAddresses)
        .Select(a => a.Address)
        .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a), IPAddress.Loopback);
}
