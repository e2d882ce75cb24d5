using System.CommandLine;
using System.Text.Json;

namespace FinOps.Host.Commands;

/// <summary>Where a command finds the running system and with which key: the option, then the environment, then `.finops/`.</summary>
internal static class Connection
{
    public static readonly Option<string?> UrlOption = new("--url")
    {
        Description = "Address of the host (else FINOPS_URL, else .finops/endpoints.json).",
        Recursive = true,
    };

    public static readonly Option<string?> KeyOption = new("--key")
    {
        Description = "Bearer key (else FINOPS_KEY, else .finops/keys.json).",
        Recursive = true,
    };

    private static string Home => Environment.GetEnvironmentVariable("FINOPS_HOME") ?? ".finops";

    public static Uri Url(ParseResult parsed) =>
        new(First("the host's address", "FINOPS_URL", parsed.GetValue(UrlOption), "endpoints.json", "http"));

    /// <param name="parsed">The command line.</param>
    /// <param name="name">The entry of keys.json to use: <c>operator</c>, <c>finance</c>, <c>fleet</c>.</param>
    public static string Key(ParseResult parsed, string name) =>
        First($"the {name} key", "FINOPS_KEY", parsed.GetValue(KeyOption), "keys.json", name);

    /// <summary>The broker's address, an AMQP URI: ConnectionStrings__rabbitmq, else `.finops/endpoints.json`.</summary>
    public static Uri Broker() => new(First("the broker's address", "ConnectionStrings__rabbitmq", null, "endpoints.json", "amqp"));

    private static string First(string what, string variable, string? option, string file, string entry)
    {
        if (option is { Length: > 0 }) return option;
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value) return value;
        var path = Path.Combine(Home, file);
        if (File.Exists(path))
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            if (json.RootElement.TryGetProperty(entry, out var found) && found.GetString() is { Length: > 0 } text) return text;
        }

        throw new InvalidOperationException($"Found no {what}: set {variable}, or run `infra/up`, which writes {path}.");
    }
}
