using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Access;

/// <summary>
/// The keys that open this host, from the file that <c>Credentials:File</c> names. The file holds digests only. A change of the file counts
/// within <see cref="Limits.CredentialsLook"/>: to look at it for each request costs more than to read a record. A file that cannot be read
/// leaves the last good one in force and is logged until it is mended.
/// </summary>
public sealed class Credentials(IConfiguration configuration, TimeProvider clock, ILogger<Credentials> log)
{
    private readonly Lock reading = new();
    private Loaded? current;
    private long lookedAt;

    /// <param name="key">The plain key as it was presented.</param>
    /// <returns>Null when no credential has the key.</returns>
    public Viewer? ByKey(string key)
    {
        var loaded = Current();
        if (loaded.Presented.TryGetValue(key, out var known)) return known;
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        Viewer? found = null;
        // Every credential is compared, in constant time: how long it takes says nothing about how close a guess came.
        foreach (var credential in loaded.Credentials)
        {
            if (CryptographicOperations.FixedTimeEquals(digest, credential.KeyDigest)) found = credential.Viewer;
        }

        if (found is not null) loaded.Presented.TryAdd(key, found);
        return found;
    }

    /// <param name="user">The <c>user-id</c> that the broker has validated.</param>
    /// <returns>Null when no credential names the user.</returns>
    public Viewer? ByBrokerUser(string user) => Current().Credentials.FirstOrDefault(c => c.BrokerUser == user)?.Viewer;

    /// <returns>Null when no credential has the name.</returns>
    public Viewer? ByName(string name) => Current().Credentials.FirstOrDefault(c => c.Viewer.Name == name)?.Viewer;

    /// <summary>Whether some fleet may report for named tenants only: then a message of an unknown sender may report for none.</summary>
    public bool BindFleets => Current().Credentials.Any(c => c.Viewer is { Role: ViewerRole.Fleet, Tenants: not null });

    /// <summary>Reads the file now, so that a host with a broken one does not start.</summary>
    public void Verify() => Current();

    private Loaded Current()
    {
        var now = clock.GetTimestamp();
        if (Volatile.Read(ref current) is { } seen && clock.GetElapsedTime(Volatile.Read(ref lookedAt), now) < Limits.CredentialsLook) return seen;
        var looked = Look();
        Volatile.Write(ref lookedAt, now);
        return looked;
    }

    private Loaded Look()
    {
        var path = configuration["Credentials:File"] is { Length: > 0 } named
            ? named
            : throw new InvalidOperationException("Credentials__File is not set: `infra/finops keys init --directory DIR` writes DIR/credentials.json.");
        var file = new FileInfo(path);
        var version = (file.LastWriteTimeUtc, file.Exists ? file.Length : -1);
        if (current is { } loaded && loaded.Version == version) return loaded;
        lock (reading)
        {
            if (current is { } again && again.Version == version) return again;
            try
            {
                current = new Loaded(version, CredentialsFile.Read(path));
            }
            catch (Exception flaw) when (current is { } last && flaw is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                log.LogError(flaw, "The changed credentials file {Path} cannot be used; the last good one stays in force", path);
                current = last with { Version = version };
            }

            return current;
        }
    }

    private sealed record Loaded((DateTime Written, long Bytes) Version, IReadOnlyList<Credential> Credentials)
    {
        /// <summary>Keys that were presented and are good; no other is kept, so it is as large as the file at most.</summary>
        public ConcurrentDictionary<string, Viewer> Presented { get; } = new();
    }
}

/// <summary>One line of the file: who, and the digest of the key that proves it.</summary>
internal sealed record Credential(Viewer Viewer, byte[] KeyDigest, string? BrokerUser);
