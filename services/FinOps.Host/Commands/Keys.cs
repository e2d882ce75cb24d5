using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FinOps.Platform.Access;

namespace FinOps.Host.Commands;

/// <summary>Makes the keys of a new installation. What exists stays as it is; a new tenant gets a key.</summary>
internal static class Keys
{
    /// <summary>Who always has a key, and the broker's user that stands for it.</summary>
    private static readonly (string Name, string Role, string? BrokerUser)[] Staff =
        [("operator", "operator", "finops"), ("finance", "finance", null), ("fleet", "fleet", "fleet")];

    public static Command Command()
    {
        var directory = new Option<string>("--directory") { Description = "Where keys.json and credentials.json lie.", Required = true };
        var tenants = new Option<string>("--tenants") { Description = "Tenants that get a key, separated by commas.", DefaultValueFactory = _ => "" };
        var init = new Command("init", "Write keys.json (for people and tools) and credentials.json (digests, for the host); harmless when they exist.")
        {
            directory,
            tenants,
        };
        init.SetAction(parsed => Init(parsed.GetValue(directory)!, parsed.GetValue(tenants)!));
        return new Command("keys", "The keys that open the host.") { init };
    }

    internal static int Init(string directory, string tenants)
    {
        Directory.CreateDirectory(directory);
        var keysFile = Path.Combine(directory, "keys.json");
        var credentialsFile = Path.Combine(directory, "credentials.json");
        var keys = Read<Dictionary<string, string>>(keysFile) ?? [];
        var credentials = Read<List<CredentialEntry>>(credentialsFile) ?? [];
        var names = tenants.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct();
        foreach (var wanted in Staff.Select(s => Entry(s.Name, s.Role, null, s.BrokerUser)).Concat(names.Select(t => Entry(t, "tenant", [t], null))))
        {
            var known = credentials.FirstOrDefault(c => c.Name == wanted.Name);
            if (known is not null && known.Role != wanted.Role)
                throw new InvalidOperationException($"'{wanted.Name}' is already the name of a {known.Role}; a tenant of that name needs a credential written by hand.");
            // A credential whose key is not at hand was made elsewhere; it stays.
            if (known is not null) continue;
            var key = keys.GetValueOrDefault(wanted.Name) ?? $"finops_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
            keys[wanted.Name] = key;
            credentials.Add(wanted with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))) });
        }

        // The keys first: a digest without its key would be of no use to anybody.
        Write(keysFile, keys);
        Write(credentialsFile, credentials);
        Console.WriteLine($"{keysFile}: {string.Join(", ", keys.Keys)}");
        return 0;
    }

    private static CredentialEntry Entry(string name, string role, IReadOnlyList<string>? tenants, string? brokerUser) =>
        new() { Name = name, Role = role, Sha256 = "", Tenants = tenants, SeesCost = role is "operator" or "finance", BrokerUser = brokerUser };

    private static T? Read<T>(string path)
        where T : class => File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllText(path), CredentialsFile.Json) : null;

    /// <summary>Readable by its owner alone, and never half written.</summary>
    private static void Write<T>(string path, T value)
    {
        var text = JsonSerializer.Serialize(value, CredentialsFile.Json);
        if (File.Exists(path) && File.ReadAllText(path) == text) return;
        var fresh = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(fresh, options)) writer.Write(text);
        File.Move(fresh, path, overwrite: true);
    }
}
