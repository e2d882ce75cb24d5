using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using FinOps.Host.Publishing;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Host.Benchmarks;

/// <summary>Publish → RabbitMQ → commit → visible in GraphQL, beside binary COPY of the same records.</summary>
internal sealed class IngestBenchmark(Uri url, string key, Uri broker, string postgres)
{
    private const string Query =
        """
        query($where: UsageFilter!) { unitCost(where: $where) { total { records tokens { total } } } }
        """;

    public async Task<IReadOnlyList<Measurement>> MeasureAsync(int count, int recordsPerBatch, int lanes, CancellationToken cancellation)
    {
        var run = Guid.NewGuid().ToString("N")[..8];
        var records = BenchmarkRecords.Of(run, count).ToList();
        var tokens = records.Sum(r => r.Quantities.Values.Sum(q => q ?? 0));
        var (baseline, baselineBytes) = await CopyBaseline.MeasureAsync(postgres, records, cancellation);
        var memory = HostMemory.Find();
        var (idle, bytesBefore) = (memory.ResidentMegabytes(), await BytesAsync(cancellation));
        memory.ResetPeak();

        var clock = Stopwatch.StartNew();
        var session = new PublishSession(() => new RabbitMqTransport(broker), lanes, recordsPerBatch, TimeSpan.FromMinutes(5)) { Out = TextWriter.Null };
        await session.RunAsync(
            async (publisher, tally) =>
            {
                var head = new BatchHead("bench", Backfill: run);
                foreach (var record in records)
                {
                    tally.Read();
                    await publisher.AddAsync(record, head, cancellation);
                }
            }, cancellation);
        var (shown, shownTokens) = await ShownAsync(run, cancellation);
        var seconds = clock.Elapsed.TotalSeconds;
        if (shown != count || shownTokens != tokens)
            throw new InvalidOperationException($"Published {count} records of {tokens} tokens; GraphQL shows {shown} of {shownTokens}.");
        var bytes = (await BytesAsync(cancellation) - bytesBefore) / count;
        var how = $"{count} records, {recordsPerBatch} a message, {lanes} lanes";
        return
        [
            Measurement.Of(
                "ingest", count / seconds, "records/s", baseline,
                $"{how}, from the first publish until GraphQL shows every record; baseline: binary COPY of the same records into a table with two "
                + "unique indexes, on the same server just before"),
            Measurement.Of(
                "ingest-memory", memory.PeakMegabytes(), "MB resident at most", idle, $"{how}; baseline: the same host before the first record"),
            Measurement.Of(
                "ingest-bytes", bytes, "bytes on disk a record", baselineBytes,
                $"{how}; all tables and indexes after vacuum, drill-down kept; baseline: the table of the COPY with its two indexes"),
        ];
    }

    private async Task<double> BytesAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellation);
        await using var vacuum = new NpgsqlCommand("vacuum analyze", connection) { CommandTimeout = Limits.LedgerCheckCommandSeconds };
        await vacuum.ExecuteNonQueryAsync(cancellation);
        await using var sum = new NpgsqlCommand(
            "select sum(pg_total_relation_size(oid))::float8 from pg_class where relkind in ('r', 'm') and relnamespace = 'finops'::regnamespace", connection);
        return (double)(await sum.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<(long Records, long Tokens)> ShownAsync(string run, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var where = new
        {
            from = BenchmarkRecords.Start,
            to = BenchmarkRecords.Start.AddDays(8),
            tenants = Enumerable.Range(0, BenchmarkRecords.Tenants).Select(t => BenchmarkRecords.Tenant(run, t)),
        };
        using var response = await http.PostAsJsonAsync("/graphql", new { query = Query, variables = new { where } }, cancellation);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        if (answer.TryGetProperty("errors", out var errors)) throw new InvalidOperationException($"GraphQL answered {errors}.");
        var total = answer.GetProperty("data").GetProperty("unitCost").GetProperty("total");
        return (total.GetProperty("records").GetInt64(), total.GetProperty("tokens").GetProperty("total").GetInt64());
    }
}
