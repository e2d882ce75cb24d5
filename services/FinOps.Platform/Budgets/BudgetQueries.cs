using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using GraphQL;
using Marten;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>The budgets that there are.</summary>
public sealed class BudgetQueries
{
    /// <summary>Budgets by id; closed ones where asked for.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IEnumerable<BudgetView>> Budgets(
        IReadOnlyList<string>? tenants, IReadOnlyList<string>? ids, bool? includeClosed, [FromServices] Viewer viewer,
        [FromServices] NpgsqlDataSource database, [FromServices] IDocumentStore store, CancellationToken cancellation)
    {
        var mine = viewer.Narrow(tenants)?.Select(t => t.Value).ToArray();
        var found = await FindAsync(database, mine, ids?.ToArray(), includeClosed ?? false, cancellation);
        await using var session = store.QuerySession();
        // A budget on cost shows cost.
        return (await BudgetStreams.LoadAsync(session, found, cancellation)).Select(loaded => BudgetView.Of(loaded.State))
            .Where(budget => viewer.SeesCost || !budget.Measure.ShowsCost());
    }

    private static async Task<IReadOnlyList<string>> FindAsync(
        NpgsqlDataSource database, string[]? tenants, string[]? ids, bool includeClosed, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select id from finops.budget
            where ($1::text[] is null or tenant = any($1)) and ($2::text[] is null or id = any($2)) and ($3 or not closed)
            order by id limit $4
            """);
        foreach (var value in (object?[])[tenants, ids, includeClosed, Limits.BudgetsListed + 1])
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<string>();
        while (await reader.ReadAsync(cancellation)) found.Add(reader.GetString(0));
        return found.Count <= Limits.BudgetsListed
            ? found
            : throw new RejectedException(
                new Rejection("too_many_budgets", "tenants", $"More than {Limits.BudgetsListed} budgets; name fewer tenants."));
    }
}
