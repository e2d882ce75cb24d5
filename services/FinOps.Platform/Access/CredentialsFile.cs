using System.Text.Json;
using System.Text.Json.Serialization;
using FinOps.Domain.Values;

namespace FinOps.Platform.Access;

/// <summary>One credential as the file spells it; also what <c>keys init</c> writes.</summary>
public sealed record CredentialEntry
{
    public required string Name { get; init; }

    /// <summary><c>operator</c>, <c>finance</c>, <c>tenant</c> or <c>fleet</c>.</summary>
    public required string Role { get; init; }

    /// <summary>SHA-256 of the key's UTF-8 bytes, 64 hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The tenants it may see or report for; null is any.</summary>
    public IReadOnlyList<string>? Tenants { get; init; }

    /// <summary>Whether a tenant's contract shows it cost, target and margin. Operator and finance always see them.</summary>
    public bool SeesCost { get; init; }

    /// <summary>The broker's user whose messages this credential answers for.</summary>
    public string? BrokerUser { get; init; }
}

/// <summary>Reads and checks the whole file: one flaw refuses all of it, so no half of it is ever in force.</summary>
public static class CredentialsFile
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    internal static IReadOnlyList<Credential> Read(string path)
    {
        try
        {
            var entries = JsonSerializer.Deserialize<List<CredentialEntry>>(File.ReadAllText(path), Json)
                ?? throw new InvalidDataException("it holds no list");
            Unique(entries.Select(e => e.Name), "name");
            Unique(entries.Select(e => e.Sha256.ToUpperInvariant()), "sha256");
            Unique(entries.Select(e => e.BrokerUser).OfType<string>(), "brokerUser");
            return entries.Select(Check).ToList();
        }
        catch (Exception flaw) when (flaw is JsonException or FormatException or RejectedException or InvalidDataException)
        {
            throw new InvalidDataException($"{path} is not a credentials file: {flaw.Message}", flaw);
        }
    }

    private static Credential Check(CredentialEntry entry)
    {
        var role = entry.Role switch
        {
            "operator" => ViewerRole.Operator,
            "finance" => ViewerRole.Finance,
            "tenant" => ViewerRole.Tenant,
            "fleet" => ViewerRole.Fleet,
            _ => throw new InvalidDataException($"'{entry.Name}' has the role '{entry.Role}'; use operator, finance, tenant or fleet"),
        };
        var digest = Convert.FromHexString(entry.Sha256);
        if (digest.Length != 32) throw new InvalidDataException($"'{entry.Name}' has a sha256 of {digest.Length} bytes; it has 32");
        var tenants = entry.Tenants?.Select(t => new TenantId(t)).ToList();
        var limited = role is ViewerRole.Tenant or ViewerRole.Fleet;
        if (role == ViewerRole.Tenant && tenants is not { Count: > 0 })
            throw new InvalidDataException($"'{entry.Name}' is a tenant's credential and names no tenant");
        if (!limited && tenants is not null)
            throw new InvalidDataException($"'{entry.Name}' names tenants, which {entry.Role} does not; leave them out");
        return new Credential(new Viewer(entry.Name, role, tenants, entry.SeesCost || !limited), digest, entry.BrokerUser);
    }

    private static void Unique(IEnumerable<string> values, string what)
    {
        var twice = values.GroupBy(v => v).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw new InvalidDataException($"two credentials share the {what} '{(what == "sha256" ? "…" : twice.Key)}'");
    }
}
