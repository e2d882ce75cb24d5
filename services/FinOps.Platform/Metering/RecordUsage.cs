using FinOps.Contracts;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Microsoft.Extensions.Options;
using UsageRecord = FinOps.Domain.Metering.UsageRecord;

namespace FinOps.Platform.Metering;

/// <summary>Usage through either door: a verdict per record, given only after what it calls accepted is on disk.</summary>
internal sealed class RecordUsage(IGrainFactory grains, Quarantine quarantine, TimeProvider clock, IOptions<MeteringOptions> options)
{
    /// <returns>One verdict per record, in the batch's order.</returns>
    public async Task<UsageReceipt> RecordAsync(ReportedBatch batch, Sender sender, CancellationToken cancellation)
    {
        var rules = new AcceptanceRules(
            clock.GetUtcNow(), options.Value.AcceptanceWindowBack, options.Value.AcceptanceWindowAhead, batch.Backfill, sender.MayReportFor);
        var verdicts = new RecordVerdict[batch.Records.Count];
        var refused = new List<Refused>();
        var accepted = new List<(int Index, MeterRecord Record)>(verdicts.Length);
        for (var i = 0; i < verdicts.Length; i++)
        {
            var (reported, bytes) = batch.Records[i];
            reported.Source ??= batch.Source;
            var (record, rejection) = Acceptance.Decide(reported, rules);
            if (record is not null) accepted.Add((i, new MeterRecord(record, RecordDigest.Of(record))));
            else
            {
                refused.Add(new Refused(reported, rejection!, bytes));
                verdicts[i] = Quarantined(reported, rejection!);
            }
        }

        await quarantine.KeepAsync(batch, refused, sender, cancellation);
        await CountAsync(batch.BatchId, accepted, verdicts, cancellation);
        return new UsageReceipt { BatchId = batch.BatchId, Verdicts = verdicts };
    }

    /// <summary>Takes accepted records to the ledger, and puts each one's verdict in its place.</summary>
    public async Task CountAsync(
        string? batchId, List<(int Index, MeterRecord Record)> accepted, RecordVerdict[] verdicts, CancellationToken cancellation)
    {
        foreach (var round in Rounds(accepted)) await RecordRoundAsync(batchId, round, verdicts, cancellation);
    }

    /// <summary>
    /// Records of one identity go one after the other, each in a round of its own: they may be of different meters, and the array's order
    /// decides who is first.
    /// </summary>
    private static IEnumerable<List<(int Index, MeterRecord Record)>> Rounds(List<(int Index, MeterRecord Record)> records)
    {
        while (records.Count > 0)
        {
            var keys = new HashSet<Guid>(records.Count);
            var (round, later) = (new List<(int, MeterRecord)>(records.Count), new List<(int, MeterRecord)>());
            foreach (var record in records) (keys.Add(record.Record.Digest.Key) ? round : later).Add(record);
            yield return round;
            records = later;
        }
    }

    private async Task RecordRoundAsync(
        string? batchId, List<(int Index, MeterRecord Record)> round, RecordVerdict[] verdicts, CancellationToken cancellation)
    {
        var calls = round.GroupBy(r => r.Record.Record.Meter).Select(async meter =>
        {
            var grain = grains.GetGrain<IMeterGrain>(MeterKey.Of(meter.Key));
            var outcomes = await grain.RecordAsync(new MeterBatch(batchId, [.. meter.Select(r => r.Record)]));
            foreach (var ((index, record), outcome) in meter.Zip(outcomes)) verdicts[index] = Verdict(record.Record, outcome);
        });
        await Task.WhenAll(calls).WaitAsync(cancellation);
    }

    private static RecordVerdict Verdict(UsageRecord record, RecordOutcome outcome) => outcome switch
    {
        RecordOutcome.Accepted => new() { Id = record.Id, Verdict = Verdicts.Accepted },
        RecordOutcome.Duplicate => new() { Id = record.Id, Verdict = Verdicts.Duplicate },
        RecordOutcome.Conflict => new()
        {
            Id = record.Id,
            Verdict = Verdicts.Conflict,
            Reason = "content_differs",
            Field = "id",
            Message = $"A record '{record.Id}' of this tenant and source was counted with other content; this one was not.",
        },
        _ => throw new InvalidOperationException($"Outcome {outcome} has no verdict."),
    };

    public static RecordVerdict Quarantined(ReportedRecord record, Rejection rejection) => new()
    {
        Id = record.Id,
        Verdict = Verdicts.Quarantined,
        Reason = rejection.Code,
        Field = rejection.Field,
        Message = rejection.Message,
    };
}

/// <summary>Settings of section <c>Metering</c>.</summary>
public sealed class MeteringOptions
{
    /// <summary>How old a live record may be.</summary>
    public TimeSpan AcceptanceWindowBack { get; set; } = Limits.AcceptanceWindowBack;

    /// <summary>How far ahead of our clock a record may be.</summary>
    public TimeSpan AcceptanceWindowAhead { get; set; } = Limits.AcceptanceWindowAhead;
}
