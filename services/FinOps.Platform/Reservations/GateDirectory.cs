using System.Collections.Frozen;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Budgets;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FinOps.Platform.Reservations;

/// <summary>A hard budget, as every process knows it.</summary>
internal sealed record GateEntry(string Budget, TenantId Tenant, BudgetMeasure Measure, BudgetScope Scope, Currency Currency, WhenAway WhenAway);

/// <summary>
/// The hard budgets, in memory: who may ask, and what is answered while the books are away, must be known when they are. A list that cannot
/// be read again stays in force.
/// </summary>
internal sealed class GateDirectory(
    NpgsqlDataSource database, TimeProvider clock, IOptions<ReservationOptions> options, ILogger<GateDirectory> log) : IDisposable
{
    private readonly SemaphoreSlim reading = new(1, 1);
    private volatile Listed? latest;
    private volatile int changes;

    /// <returns>Null when there is no such hard budget.</returns>
    public async Task<GateEntry?> FindAsync(string budget, CancellationToken cancellation)
    {
        var listed = await CurrentAsync(Limits.GatesKnownFor, cancellation);
        if (listed.ByBudget.TryGetValue(budget, out var entry)) return entry;
        // It may have become one a moment ago, through another process.
        return (await CurrentAsync(Limits.GatesLookedUp, cancellation)).ByBudget.GetValueOrDefault(budget);
    }

    /// <returns>The tenant's hard budgets in the order of their ids.</returns>
    public async Task<IReadOnlyList<GateEntry>> OfAsync(TenantId tenant, CancellationToken cancellation) =>
        (await CurrentAsync(Limits.GatesKnownFor, cancellation)).ByTenant.GetValueOrDefault(tenant, []);

    /// <summary>The next question reads the list; where that cannot be, the last one stays in force.</summary>
    public void Forget() => Interlocked.Increment(ref changes);

    public void Dispose() => reading.Dispose();

    private async Task<Listed> CurrentAsync(TimeSpan age, CancellationToken cancellation)
    {
        if (latest is { } listed && IsRecent(listed, age)) return listed;
        await reading.WaitAsync(cancellation);
        try
        {
            if (latest is { } again && IsRecent(again, age)) return again;
            try
            {
                return latest = await ReadAsync(cancellation);
            }
            catch (Exception away) when (latest is not null && away.Passes())
            {
                log.LogWarning("The list of hard budgets cannot be read; the last one stays in force: {Reason}", away.Message);
                return latest = latest with { ReadAt = clock.GetTimestamp(), Changes = changes };
            }
        }
        finally
        {
            reading.Release();
        }
    }

    private bool IsRecent(Listed listed, TimeSpan age) => listed.Changes == changes && clock.GetElapsedTime(listed.ReadAt) <= age;

    private async Task<Listed> ReadAsync(CancellationToken cancellation)
    {
        var (readAt, known) = (clock.GetTimestamp(), changes);
        await using var command = database.CreateCommand(
            "select budget_id, tenant, measure, models, fleets, tags, currency, when_away from finops.gate where is_hard order by budget_id");
        command.CommandTimeout = (int)options.Value.Patience.TotalSeconds;
        var entries = new List<GateEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            entries.Add(Entry(reader));
        return new Listed(
            readAt, known, entries.ToFrozenDictionary(e => e.Budget),
            entries.GroupBy(e => e.Tenant).ToFrozenDictionary(g => g.Key, IReadOnlyList<GateEntry> (g) => [.. g]));
    }

    private static GateEntry Entry(NpgsqlDataReader reader) => new(
        reader.GetString(0), new TenantId(reader.GetString(1)), StoredBudgetEvents.ToMeasure(reader.GetString(2)),
        new BudgetScope(
            reader.GetFieldValue<string[]>(3), reader.GetFieldValue<string[]>(4), reader.GetFieldValue<string[]>(5).Chunk(2).Select(t => (t[0], t[1]))),
        new Currency(reader.GetString(6)), Enum.Parse<WhenAway>(reader.GetString(7), ignoreCase: true));

    private sealed record Listed(
        long ReadAt, int Changes, FrozenDictionary<string, GateEntry> ByBudget, FrozenDictionary<TenantId, IReadOnlyList<GateEntry>> ByTenant);
}
