using System.Reflection;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Graph;

/// <summary>Each role against each root field.</summary>
[Collection(ProbedHost.Collection)]
public sealed class RoleTests(ProbedHost host)
{
    private static readonly (string Name, ViewerRole Role)[] People =
        [("operator", ViewerRole.Operator), ("finance", ViewerRole.Finance), ("acme", ViewerRole.Tenant), ("fleet", ViewerRole.Fleet)];

    [Fact]
    public void Who_may_call_what_is_what_was_reviewed()
    {
        var lines = Allowed(GraphModule.Capabilities.Queries).Select(f => ("query", f.Name, f.Roles))
            .Concat(Allowed(GraphModule.Capabilities.Mutations).Select(f => ("mutation", f.Name, f.Roles)))
            .Concat(Allowed(GraphModule.Capabilities.Subscriptions).Select(f => ("subscription", f.Name, f.Roles)))
            .Select(f => $"{f.Item1} {f.Name}: {string.Join(", ", f.Roles.Select(r => $"{r}".ToLowerInvariant()))}");
        Snapshot.Compare(string.Join("\n", lines.Order(StringComparer.Ordinal)) + "\n", "roles.txt");
    }

    [Fact]
    public async Task A_mutation_changes_nothing_for_a_role_that_may_not_call_it()
    {
        var allowed = Allowed([.. GraphModule.Capabilities.Mutations, typeof(ProbeMutations)]).ToDictionary(f => f.Name, f => f.Roles);
        var schema = await SchemaWalk.OfAsync(host);
        Assert.Equal(allowed.Keys.Order(), schema.Mutations.Select(m => m.Name).Order());
        // The first checks that a host makes write rows of their own.
        await Eventually.SeeAsync(RowsAsync, rows => !rows.Contains("ledger_check=0", StringComparison.Ordinal) && !rows.Contains("allocation_check=0", StringComparison.Ordinal));
        var before = await RowsAsync();
        var bumped = ProbeMutations.Bumped;
        foreach (var mutation in schema.Mutations)
        {
            foreach (var (name, role) in People.Where(p => !allowed[mutation.Name].Contains(p.Role)))
            {
                var answer = await host.GraphAsync(schema.Call(mutation, "acme", everything: false), role: name);
                Assert.True(answer.Status == 403, $"{mutation.Name} as {role}: {answer.Text}");
                Assert.Contains(answer.Errors, e => e.Code == "forbidden" && e.Field == mutation.Name);
            }
        }

        Assert.Equal(before, await RowsAsync());
        Assert.Equal(bumped, ProbeMutations.Bumped);
    }

    [Fact]
    public async Task A_query_answers_only_the_roles_that_may_ask_it()
    {
        var allowed = Allowed([.. GraphModule.Capabilities.Queries, typeof(ProbeQueries)]).ToDictionary(f => f.Name, f => f.Roles);
        var schema = await SchemaWalk.OfAsync(host);
        Assert.Equal(allowed.Keys.Order(), schema.Queries.Select(q => q.Name).Order());
        foreach (var query in schema.Queries)
        {
            foreach (var (name, role) in People)
            {
                var answer = await host.GraphAsync(schema.Call(query, "acme", everything: false), role: name);
                Assert.Equal(allowed[query.Name].Contains(role) ? 200 : 403, answer.Status);
            }
        }
    }

    private static IEnumerable<(string Name, IReadOnlyList<ViewerRole> Roles)> Allowed(IEnumerable<Type> classes) =>
        from type in classes
        from method in RootType.Methods(type)
        let name = method.Name.EndsWith("Async", StringComparison.Ordinal) ? method.Name[..^5] : method.Name
        select (char.ToLowerInvariant(name[0]) + name[1..], method.GetCustomAttribute<AllowAttribute>()!.Roles);

    /// <summary>Rows of every table of ours, events among them.</summary>
    private async Task<string> RowsAsync()
    {
        await using var command = host.Database.CreateCommand(
            """
            select string_agg(t.tablename || '=' || (xpath('/row/c/text()', query_to_xml('select count(*) as c from finops.' || t.tablename, false, true, '')))[1]::text,
                              ' ' order by t.tablename)
            from pg_tables t where t.schemaname = 'finops'
            """);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
