using FinOps.Domain.Budgets;
using Marten;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>A budget folded from its stream.</summary>
/// <param name="Version">Of the stream; 0 when there is none.</param>
internal sealed record LoadedBudget(Budget State, long Version);

/// <summary>
/// <c>budget/{id}</c> holds what was agreed; <c>budget/{id}/{period start}</c> holds that period's crossings, so no stream grows for ever.
/// </summary>
internal static class BudgetStreams
{
    public static string Key(BudgetId id) => $"budget/{id.Value}";

    public static string Key(BudgetId id, DateTimeOffset periodStart) =>
        FormattableString.Invariant($"budget/{id.Value}/{periodStart.UtcDateTime:yyyy-MM-dd'T'HHmm'Z'}");

    public static async Task<LoadedBudget> LoadAsync(IQuerySession session, BudgetId id, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchStreamAsync(Key(id), token: cancellation);
        return Fold(stream.Select(e => e.Data));
    }

    /// <summary>Many budgets in one question.</summary>
    public static async Task<IReadOnlyList<LoadedBudget>> LoadAsync(
        IQuerySession session, IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0) return [];
        var keys = ids.Select(id => Key(new BudgetId(id))).ToArray();
        var events = await session.Events.QueryAllRawEvents()
            .Where(e => e.StreamKey!.IsOneOf(keys))
            .OrderBy(e => e.Sequence)
            .ToListAsync(cancellation);
        var byStream = events.ToLookup(e => e.StreamKey!, e => e.Data);
        return keys.Select(key => Fold(byStream[key])).ToList();
    }

    /// <summary>Adds what is known of one period's crossings.</summary>
    public static async Task<Budget.Open> FoldCrossingsAsync(
        IQuerySession session, Budget.Open budget, DateTimeOffset periodStart, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchStreamAsync(Key(budget.Id, periodStart), token: cancellation);
        return (Budget.Open)stream
            .Select(e => StoredBudgetEvents.ToDomain(e.Data))
            .Aggregate<BudgetEvent, Budget>(budget, BudgetDecider.Evolve);
    }

    public static async Task<IReadOnlyList<string>> OpenIdsAsync(NpgsqlDataSource database, string tenant, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select id from finops.budget where tenant = $1 and not closed order by id");
        command.Parameters.Add(new NpgsqlParameter { Value = tenant });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetString(0));
        return ids;
    }

    private static LoadedBudget Fold(IEnumerable<object> stored) => stored
        .Select(StoredBudgetEvents.ToDomain)
        .Aggregate(
            new LoadedBudget(Budget.None, 0), (loaded, e) => new LoadedBudget(BudgetDecider.Evolve(loaded.State, e), loaded.Version + 1));
}
