using System.Reflection;
using System.Text.RegularExpressions;

namespace FinOps.Platform.Hosting;

/// <summary>
/// The libraries below which records were lost or doubled, tenants mixed, or a process died of one request. The fault tests hold from these
/// versions on; an older one that came with a rebuilt feed, or was copied into the folder, is refused.
/// </summary>
public static partial class SafeVersions
{
    /// <param name="Assembly">Its name, without extension.</param>
    /// <param name="Lowest">The lowest release that the fault tests have passed on.</param>
    /// <param name="Why">What an older one may do.</param>
    public sealed record Rule(string Assembly, Version Lowest, string Why);

    public static readonly IReadOnlyList<Rule> Rules =
    [
        new("Marten", new(9, 58, 0), "drops events when a save is tried again, and mixes tenants in one session"),
        new("JasperFx.Events", new(2, 100, 1), "leaves projections standing"),
        new("Npgsql", new(10, 0, 3), "is what commits were tested with"),
        new("Orleans.Runtime", new(10, 4, 2), "keeps two activations of one grain for longer"),
        new("MassTransit", new(8, 5, 12), "acknowledges what it could not move"),
        new("Hangfire.PostgreSql", new(1, 21, 1), "gives a job that still runs to a second worker"),
        new("GraphQL", new(8, 8, 5), "runs documents that validation should have refused"),
        new("GraphQLParser", new(9, 5, 0), "ends the process over a document that is nested deep enough"),
    ];

    /// <exception cref="InvalidOperationException">Names each library that is too old, and what to do.</exception>
    public static void Require()
    {
        var flaws = Flaws(Rules, rule => Loaded(rule.Assembly));
        if (flaws.Count > 0) throw new InvalidOperationException(string.Join(' ', flaws));
    }

    /// <returns>Each library that is older than the rule for it; empty where all are safe.</returns>
    public static IReadOnlyList<string> Flaws(IEnumerable<Rule> rules, Func<Rule, Version> loaded) =>
        [.. rules.Select(r => (Rule: r, Found: loaded(r))).Where(r => r.Found < r.Rule.Lowest).Select(r =>
            $"{r.Rule.Assembly} {r.Found} {r.Rule.Why}; {r.Rule.Lowest} or later is needed: restore the versions of Directory.Packages.props and build again.")];

    /// <returns>The release that the file says it is; an assembly's own version often stays at the major one.</returns>
    public static Version Loaded(string assembly)
    {
        var text = Assembly.Load(assembly).GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        return Version.TryParse(Release().Match(text).Value, out var version)
            ? version
            : throw new InvalidOperationException($"{assembly} does not say which release it is: '{text}'.");
    }

    [GeneratedRegex(@"^\d+\.\d+\.\d+")]
    private static partial Regex Release();
}
