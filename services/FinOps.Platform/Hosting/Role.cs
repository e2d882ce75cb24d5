namespace FinOps.Platform.Hosting;

/// <summary>What one process does. Source is cut by capability; a role switches on one kind of engine.</summary>
[Flags]
public enum Roles
{
    None = 0,

    /// <summary>The bus consumers and the HTTP usage endpoint.</summary>
    Ingest = 1,

    /// <summary>The Orleans silo with its grains and ledger lanes.</summary>
    Silo = 2,

    /// <summary>GraphQL and the pages.</summary>
    Api = 4,

    /// <summary>The Hangfire server.</summary>
    Jobs = 8,

    All = Ingest | Silo | Api | Jobs,
}

public static class RolesText
{
    /// <param name="text"><c>all</c>, or names separated by commas: <c>ingest,silo,api,jobs</c>.</param>
    public static Roles Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Roles.All;
        var roles = Roles.None;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Enum.TryParse<Roles>(name, ignoreCase: true, out var role) || role == Roles.None || char.IsDigit(name[0]))
                throw new InvalidOperationException($"FINOPS_ROLES: '{name}' is not a role; use all, ingest, silo, api or jobs.");
            roles |= role;
        }

        return roles;
    }
}
