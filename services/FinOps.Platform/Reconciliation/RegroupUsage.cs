using FinOps.Domain.Metering;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>Makes the buckets again of the streams that a schema script has named, because their records fall into other buckets than before.</summary>
internal sealed class RegroupUsage(NpgsqlDataSource database, IDocumentStore store, ILogger<RegroupUsage> log) : ISchemaFollowUp
{
    public async Task<bool> IsDueAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select exists (select from finops.stream_to_regroup)");
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        var streams = await StreamsAsync(cancellation);
        if (streams.Count == 0) return;
        log.LogInformation("The usage of {Streams} months of meters is put into its new buckets", streams.Count);
        await Parallel.ForEachAsync(
            streams,
            new ParallelOptions { MaxDegreeOfParallelism = Limits.RebuildsInFlight, CancellationToken = cancellation },
            async (stream, stop) =>
            {
                await RebuildStream.RunAsync(database, store, MeterMonth.OfStream(stream), write: true, stop);
                await using var done = database.CreateCommand("delete from finops.stream_to_regroup where stream = $1");
                done.Parameters.Add(new() { Value = stream });
                await done.ExecuteNonQueryAsync(stop);
            });
        log.LogInformation("The usage of {Streams} months of meters is in its new buckets", streams.Count);
    }

    private async Task<List<string>> StreamsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select stream from finops.stream_to_regroup order by stream");
        var streams = new List<string>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) streams.Add(row.GetString(0));
        return streams;
    }
}
