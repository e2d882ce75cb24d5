using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using FinOps.Platform.Storage;
using Marten;
using Marten.Services;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Corrections;

/// <summary>One correction's writes. Locks in the order of every commit: names of backfills, streams, keys, series, buckets, tallies.</summary>
internal sealed class CorrectionTransaction(
    IDocumentStore store, NpgsqlConnection connection, NpgsqlTransaction transaction, SeriesIds series, Backfills backfills)
{
    /// <summary>Tally rows of corrections, so that they never wait for a ledger lane's.</summary>
    private const int Lane = -2;

    private readonly Dictionary<string, long> versions = [];
    private readonly Dictionary<Meter, (QuarterHour First, QuarterHour Last)> touched = [];
    private readonly List<IReadOnlyDictionary<SeriesKey, int>> resolved = [];
    private readonly List<(string, string)> backfilled = [];

    public NpgsqlConnection Connection => connection;

    public bool HasWritten { get; private set; }

    public IReadOnlyList<CommittedUsage> Touched =>
        [.. touched.Select(t => new CommittedUsage(t.Key.Tenant, t.Key.Model, t.Value.First, t.Value.Last, TakesBack: true))];

    /// <summary>All streams that will be written, in order and at once.</summary>
    public async Task LockAsync(IEnumerable<string> streams, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select id, version from finops.mt_streams where id = any($1) order by id for update", connection)
        {
            Parameters = { new() { Value = streams.Distinct().ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) versions[reader.GetString(0)] = reader.GetInt64(1);
    }

    /// <summary>Appends events to locked streams and changes the buckets by what they say.</summary>
    /// <returns>The events' versions.</returns>
    public async Task<IReadOnlyList<long>> WriteAsync(IReadOnlyList<(string Stream, object Event)> facts, CancellationToken cancellation)
    {
        HasWritten = true;
        var written = new List<long>(facts.Count);
        await using (var session = store.LightweightSession(SessionOptions.ForTransaction(transaction)))
        {
            foreach (var (stream, fact) in facts)
            {
                session.Events.Append(stream, fact);
                written.Add(versions[stream] = versions.GetValueOrDefault(stream) + 1);
            }

            await session.SaveChangesAsync(cancellation);
        }

        var changes = new Dictionary<BucketKey, BucketChange>();
        foreach (var (_, fact) in facts) LedgerFold.Add(changes, fact);
        foreach (var bucket in changes.Keys) Touch(bucket);
        var ids = await series.ResolveAsync(connection, changes.Keys.Select(k => k.Series), cancellation);
        resolved.Add(ids);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(LedgerTables.ChangeBuckets(changes, ids, LedgerFold.RecordedAt(facts[0].Event)));
        var given = facts.Select(f => (f.Stream, Meaning: LedgerFold.Meaning(f.Event))).Where(f => f.Meaning.Sign > 0)
            .Select(f => (f.Stream, f.Meaning.Records.Unpack()));
        backfilled.AddRange(backfills.Note(batch, given));
        for (var i = 0; i < facts.Count; i++) batch.BatchCommands.Add(CorrectionTables.Event(facts[i].Stream, written[i], facts[i].Event));
        await batch.ExecuteNonQueryAsync(cancellation);
        await RequireNothingNegativeAsync(changes.Keys, ids, cancellation);
        return written;
    }

    /// <summary>Adds to the tenants' tallies: what counts no longer, and what was amended.</summary>
    public async Task TallyAsync(IEnumerable<(string Tenant, long Voided, long Amended)> tenants, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (tenant, voided, amended) in tenants.OrderBy(t => t.Tenant, StringComparer.Ordinal))
            batch.BatchCommands.Add(CorrectionTables.Tally(tenant, Lane, voided, amended));
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellation);
    }

    public async Task RunAsync(CancellationToken cancellation, params NpgsqlBatchCommand[] commands)
    {
        HasWritten = true;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(commands);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    public void Committed()
    {
        foreach (var ids in resolved) series.Remember(ids);
        backfills.Remember(backfilled);
    }

    private void Touch(BucketKey bucket)
    {
        var meter = new Meter(bucket.Tenant, bucket.Model);
        var (first, last) = touched.TryGetValue(meter, out var known) ? known : (bucket.Slot, bucket.Slot);
        touched[meter] = (bucket.Slot < first ? bucket.Slot : first, bucket.Slot > last ? bucket.Slot : last);
    }

    /// <summary>The books say themselves that nothing was taken back that did not count.</summary>
    private async Task RequireNothingNegativeAsync(
        IEnumerable<BucketKey> buckets, IReadOnlyDictionary<SeriesKey, int> ids, CancellationToken cancellation)
    {
        var changed = buckets.ToArray();
        await using var command = new NpgsqlCommand(LedgerTables.NegativeSql, connection)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(changed, b => ids[b.Series]) },
                new() { Value = Array.ConvertAll(changed, b => b.Slot.Index), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        };
        Invariant.Require(await command.ExecuteScalarAsync(cancellation) is false, "no bucket falls below zero");
    }
}
