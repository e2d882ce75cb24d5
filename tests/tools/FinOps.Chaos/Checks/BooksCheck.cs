using System.Globalization;
using System.Text.Json;
using FinOps.Chaos.Load;
using FinOps.Chaos.Platform;
using FinOps.Domain.Metering;
using FinOps.Platform.Metering;
using FinOps.Platform.Storage;
using Marten;

namespace FinOps.Chaos.Checks;

/// <summary>What the books hold beside what was sent.</summary>
/// <param name="Lost">Records that no stored event holds.</param>
/// <param name="Double">Times that a stored event holds a record again, or one that nobody sent.</param>
/// <param name="CellsEqual">Cells (tenant, model, day) that GraphQL shows with the records, tokens and charge expected.</param>
/// <param name="Cells">Cells expected, and cells shown that nobody expects.</param>
internal sealed record BooksCheck(long Lost, long Double, int CellsEqual, int Cells)
{
    private const int EventsPerRead = 500;

    private const string Question =
        """
        query($where: UsageFilter!) {
          unitCost(where: $where, groupBy: [TENANT, MODEL, DAY]) {
            rows { tenant model bucketLabel records charge tokens { inputTotal outputTotal reasoning image } }
          }
        }
        """;

    public bool IsExact => Lost == 0 && Double == 0 && CellsEqual == Cells;

    public static async Task<BooksCheck> RunAsync(SingleRoles roles, Workload workload, CancellationToken stop)
    {
        var (lost, twice) = await RecordsAsync(roles.Platform.Servers.Postgres, workload, stop);
        var shown = await ShownAsync(roles, workload);
        var equal = workload.Cells.Count(c => shown.TryGetValue(c.Key, out var cell) && cell == c.Value);
        return new BooksCheck(lost, twice, equal, workload.Cells.Keys.Union(shown.Keys).Count());
    }

    /// <summary>Record by record, from the stored events.</summary>
    private static async Task<(long Lost, long Double)> RecordsAsync(string postgres, Workload workload, CancellationToken stop)
    {
        var missing = workload.Records.Select(r => (r.Tenant, r.Source ?? "", r.Id)).ToHashSet();
        var tenants = workload.Records.Select(r => r.Tenant).ToHashSet();
        var twice = 0L;
        await foreach (var recorded in StoredAsync(postgres, stop))
        {
            if (!tenants.Contains(recorded.Tenant)) continue;
            foreach (var record in recorded.Unpack())
            {
                if (!missing.Remove((record.Tenant.Value, record.Source, record.Id))) twice++;
            }
        }

        return (missing.Count, twice);
    }

    /// <summary>All stored usage, past all processes.</summary>
    public static async IAsyncEnumerable<UsageRecorded> StoredAsync(
        string postgres, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        await using var store = new DocumentStore(StorageModule.Options(postgres, options => options.Metering()));
        for (long last = 0, read = EventsPerRead; read == EventsPerRead;)
        {
            await using var session = store.QuerySession();
            var after = last;
            var events = await session.Events.QueryAllRawEvents()
                .Where(e => e.StreamKey!.StartsWith("usage/") && e.Sequence > after).OrderBy(e => e.Sequence).Take(EventsPerRead).ToListAsync(stop);
            foreach (var stored in events)
            {
                last = stored.Sequence;
                yield return (UsageRecorded)stored.Data;
            }

            read = events.Count;
        }
    }

    private static async Task<Dictionary<CellKey, Cell>> ShownAsync(SingleRoles roles, Workload workload)
    {
        var tenants = workload.Records.Select(r => r.Tenant).Distinct();
        var where = new { from = "2026-01-01T00:00Z", to = "2026-04-01T00:00Z", tenants };
        var data = await roles.Platform.AskAsync(roles.Api, Question, new { where });
        return data.GetProperty("unitCost").GetProperty("rows").EnumerateArray().ToDictionary(
            row => new CellKey(Text(row, "tenant"), Text(row, "model"), Text(row, "bucketLabel")),
            row => new Cell(
                row.GetProperty("records").GetInt64(), Tokens(row, "inputTotal"), Tokens(row, "outputTotal"), Tokens(row, "reasoning"),
                Tokens(row, "image"), decimal.Parse(Text(row, "charge"), CultureInfo.InvariantCulture)));

        static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

        static long Tokens(JsonElement row, string name) => row.GetProperty("tokens").GetProperty(name).GetInt64();
    }
}
