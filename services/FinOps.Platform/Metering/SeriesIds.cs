using System.Collections.Concurrent;
using FinOps.Domain.Metering;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>What a bucket is of, by its small number. Remembered only once the transaction that made a number has committed.</summary>
internal sealed class SeriesIds
{
    private readonly ConcurrentDictionary<SeriesKey, int> known = new();

    /// <returns>Null where a number must be asked for or made.</returns>
    public IReadOnlyDictionary<SeriesKey, int>? Known(IReadOnlyCollection<SeriesKey> wanted) =>
        wanted.All(known.ContainsKey) ? wanted.ToDictionary(w => w, w => known[w]) : null;

    public async Task<IReadOnlyDictionary<SeriesKey, int>> ResolveAsync(
        NpgsqlConnection connection, IEnumerable<SeriesKey> series, CancellationToken cancellation)
    {
        var wanted = series.Distinct().ToList();
        var ids = wanted.Where(known.ContainsKey).ToDictionary(w => w, w => known[w]);
        var unknown = wanted.Where(w => !ids.ContainsKey(w)).ToList();
        if (unknown.Count == 0) return ids;

        await using var command = new NpgsqlCommand(
            """
            insert into finops.series (tenant, model, fleet, rate_class, tags) select * from unnest($1, $2, $3, $4, $5) order by 1, 2, 3, 4, 5
            on conflict (tenant, model, fleet, rate_class, tags) do update set tenant = excluded.tenant -- locks and returns the row that is there
            returning id, tenant, model, fleet, rate_class, tags
            """, connection)
        {
            Parameters =
            {
                new() { Value = unknown.Select(u => u.Tenant.Value).ToArray() },
                new() { Value = unknown.Select(u => u.Model.Value).ToArray() },
                new() { Value = unknown.Select(u => u.Fleet).ToArray() },
                new() { Value = unknown.Select(u => u.RateClass.Text).ToArray() },
                new() { Value = unknown.Select(u => u.Tags).ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            ids[new SeriesKey(
                new TenantId(reader.GetString(1)), new ModelId(reader.GetString(2)), reader.GetString(3), RateClass.Parse(reader.GetString(4)),
                reader.GetString(5))] = reader.GetInt32(0);
        }

        return ids;
    }

    public void Remember(IReadOnlyDictionary<SeriesKey, int> ids)
    {
        foreach (var (series, id) in ids) known[series] = id;
    }
}
