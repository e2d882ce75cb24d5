using System.Collections.Concurrent;
using FinOps.Domain.Values;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>What a bucket is of, by its small number. Remembered only once the transaction that made a number has committed.</summary>
internal sealed class SeriesIds
{
    private readonly ConcurrentDictionary<(TenantId, ModelId, string), int> known = new();

    /// <returns>Null where a number must be asked for or made.</returns>
    public IReadOnlyDictionary<(TenantId, ModelId, string), int>? Known(IReadOnlyCollection<(TenantId, ModelId, string)> wanted) =>
        wanted.All(known.ContainsKey) ? wanted.ToDictionary(w => w, w => known[w]) : null;

    public async Task<IReadOnlyDictionary<(TenantId, ModelId, string), int>> ResolveAsync(
        NpgsqlConnection connection, IEnumerable<(TenantId, ModelId, string)> series, CancellationToken cancellation)
    {
        var wanted = series.Distinct().ToList();
        var ids = wanted.Where(known.ContainsKey).ToDictionary(w => w, w => known[w]);
        var unknown = wanted.Where(w => !ids.ContainsKey(w)).ToList();
        if (unknown.Count == 0) return ids;

        await using var command = new NpgsqlCommand(
            """
            with wanted as (select * from unnest($1, $2, $3) as t (tenant, model, fleet)),
            made as (
              insert into finops.series (tenant, model, fleet) select * from wanted order by 1, 2, 3
              on conflict (tenant, model, fleet) do update set tenant = excluded.tenant -- locks and returns the row that is there
              returning id, tenant, model, fleet)
            select id, tenant, model, fleet from made
            """, connection)
        {
            Parameters =
            {
                new() { Value = unknown.Select(u => u.Item1.Value).ToArray() },
                new() { Value = unknown.Select(u => u.Item2.Value).ToArray() },
                new() { Value = unknown.Select(u => u.Item3).ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ids[(new TenantId(reader.GetString(1)), new ModelId(reader.GetString(2)), reader.GetString(3))] = reader.GetInt32(0);
        return ids;
    }

    public void Remember(IReadOnlyDictionary<(TenantId, ModelId, string), int> ids)
    {
        foreach (var (series, id) in ids) known[series] = id;
    }
}
