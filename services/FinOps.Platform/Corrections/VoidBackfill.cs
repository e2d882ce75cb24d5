using System.Diagnostics;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Subject = FinOps.Platform.Corrections.CorrectionTables.Subject;

namespace FinOps.Platform.Corrections;

/// <summary>
/// Takes back all that a named backfill brought, in one transaction: events in pieces, so memory holds one piece at a time. The ids are free
/// again, and the name is used up. Whoever stops it, or the process, leaves nothing behind.
/// </summary>
internal sealed class VoidBackfill(CorrectionBooks books, TimeProvider clock, ILogger<VoidBackfill> log)
{
    /// <param name="backfill">The name.</param>
    /// <param name="tenant">Whose part; null for all.</param>
    /// <param name="asked">By whom, and why.</param>
    /// <param name="cancellation">Stops it; nothing was written then.</param>
    public Task<CorrectionReport> RunAsync(string backfill, TenantId? tenant, AskedCorrection asked, CancellationToken cancellation) =>
        books.CorrectAsync(
            async transaction =>
            {
                await Backfills.EnterAloneAsync(transaction.Connection, backfill, cancellation);
                if (await EarlierAsync(transaction.Connection, backfill, tenant, cancellation) is { } earlier)
                    return CorrectionReport.Unchanged(earlier) with { DryRun = asked.DryRun };
                var streams = await Backfills.StreamsAsync(transaction.Connection, backfill, tenant, cancellation);
                if (streams.Count == 0) throw Unknown(backfill, tenant);
                return asked.DryRun
                    ? (await SumAsync(streams, backfill, cancellation)).Report(null, dryRun: true)
                    : await VoidAsync(transaction, streams, backfill, tenant, asked, cancellation);
            },
            cancellation);

    private async Task<CorrectionSums> SumAsync(IReadOnlyList<string> streams, string backfill, CancellationToken cancellation)
    {
        var sums = new CorrectionSums();
        foreach (var stream in streams)
        {
            await foreach (var piece in BackfillPieces.ReadAsync(books, stream, backfill, cancellation)) Add(sums, piece);
        }

        return sums;
    }

    private async Task<CorrectionReport> VoidAsync(
        CorrectionTransaction transaction, IReadOnlyList<string> streams, string backfill, TenantId? tenant, AskedCorrection asked,
        CancellationToken cancellation)
    {
        var (correction, started, sums) = (Guid.CreateVersion7(), Stopwatch.GetTimestamp(), new CorrectionSums());
        await transaction.LockAsync(streams, cancellation);
        await transaction.RunAsync(cancellation, new NpgsqlBatchCommand("create temp table released (key_high bigint not null, key_low bigint not null) on commit drop"));
        for (var i = 0; i < streams.Count; i++)
        {
            await foreach (var piece in BackfillPieces.ReadAsync(books, streams[i], backfill, cancellation))
            {
                await ReleaseAsync(transaction.Connection, piece.Released, cancellation);
                if (piece.Taken.Count == 0) continue;
                await transaction.WriteAsync([(streams[i], Fact(piece, correction, backfill, asked))], cancellation);
                Add(sums, piece);
            }

            log.LogInformation(
                "Voiding backfill {Backfill}: {Stream}, {Number} of {Streams} streams, {Records} records so far",
                backfill, streams[i], i + 1, streams.Count, sums.Records);
        }

        var report = sums.Report(correction, dryRun: false);
        var released = await DedupeKeys.ReleaseAsync(transaction.Connection, cancellation);
        await transaction.TallyAsync(
            report.Meters.GroupBy(m => m.Tenant).Select(t => (t.Key, t.Sum(m => m.RecordsBefore), 0L)), cancellation);
        await transaction.RunAsync(
            cancellation,
            CorrectionTables.Correction(
                correction, clock.GetUtcNow(), asked, new Subject(CorrectionKind.VoidBackfill, tenant?.Value, null, null, backfill), report),
            new NpgsqlBatchCommand("insert into finops.voided_backfill (backfill, tenant, correction) values ($1, $2, $3)")
            {
                Parameters = { new() { Value = backfill }, new() { Value = tenant?.Value ?? Backfills.AnyTenant }, new() { Value = correction } },
            });
        log.LogWarning(
            "Backfill {Backfill} is voided by {By}: {Records} records, {Tokens} tokens, {Ids} ids free again, {Seconds} s",
            backfill, asked.By, report.RecordsBefore, report.TokensBefore, released, Stopwatch.GetElapsedTime(started).TotalSeconds);
        return report;
    }

    private UsageVoided Fact(BackfillPiece piece, Guid correction, string backfill, AskedCorrection asked)
    {
        // Clocks of two processes differ; what is taken back was recorded before.
        var recordedAt = clock.GetUtcNow() is var now && now > piece.RecordedAt ? now : piece.RecordedAt;
        return new UsageVoided
        {
            Correction = correction,
            RecordedAt = recordedAt,
            By = asked.By,
            Reason = asked.Reason,
            Backfill = backfill,
            From = piece.From,
            Taken = UsageRecorded.Pack(piece.Taken, recordedAt),
        };
    }

    private static void Add(CorrectionSums sums, BackfillPiece piece)
    {
        if (piece.Taken.Count > 0) sums.Take(piece.Taken[0].Meter, piece.Taken.Count, piece.Taken.Sum(r => r.Quantities.Total));
    }

    private static async Task ReleaseAsync(NpgsqlConnection connection, IReadOnlyList<RecordKey> keys, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync("copy released (key_high, key_low) from stdin (format binary)", cancellation);
        foreach (var key in keys)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(key.High, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(key.Low, NpgsqlDbType.Bigint, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    private static async Task<Guid?> EarlierAsync(NpgsqlConnection connection, string backfill, TenantId? tenant, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select correction from finops.voided_backfill where backfill = $1 and tenant in ('', $2) order by tenant limit 1", connection)
        {
            Parameters = { new() { Value = backfill }, new() { Value = tenant?.Value ?? Backfills.AnyTenant } },
        };
        return await command.ExecuteScalarAsync(cancellation) as Guid?;
    }

    private static RejectedException Unknown(string backfill, TenantId? tenant) => new(new Rejection(
        "backfill_unknown", "backfill",
        tenant is { } one ? $"No backfill '{backfill}' brought usage of tenant '{one}'." : $"No backfill '{backfill}' brought usage."));
}
