using FinOps.Contracts;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Quarantines;
using Microsoft.Extensions.Options;
using UsageRecord = FinOps.Domain.Metering.UsageRecord;

namespace FinOps.Platform.Metering;

/// <summary>Usage through either door: a verdict per record, given only after what it calls accepted is on disk.</summary>
internal sealed class RecordUsage(
    Meters meters, Doorway doorway, Quarantine quarantine, LostSilos silos, TimeProvider clock, IOptions<MeteringOptions> options)
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
                verdicts[i] = Quarantined(reported.Id, rejection!);
            }
        }

        await quarantine.KeepAsync(batch, refused, sender, cancellation);
        if (verdicts.Length == 1 && accepted is [(_, var alone)])
            verdicts[0] = Verdict(alone.Record, await doorway.CountAsync(batch.BatchId, alone).WaitAsync(cancellation));
        else await CountAsync(batch.BatchId, accepted, verdicts, cancellation);
        await quarantine.KeepAsync(batch, UnderVoidedBackfill(batch, accepted, verdicts), sender, cancellation);
        return new UsageReceipt { BatchId = batch.BatchId, Verdicts = verdicts };
    }

    /// <summary>Takes accepted records to the ledger, and puts each one's verdict in its place.</summary>
    public async Task CountAsync(
        string? batchId, List<(int Index, MeterRecord Record)> accepted, RecordVerdict[] verdicts, CancellationToken cancellation)
    {
        foreach (var round in Rounds.Of(accepted, r => r.Record.Digest.Key)) await RecordRoundAsync(batchId, round, verdicts, cancellation);
    }

    public static RecordVerdict Quarantined(string? id, Rejection rejection) => new()
    {
        Id = id,
        Verdict = Verdicts.Quarantined,
        Reason = rejection.Code,
        Field = rejection.Field,
        Message = rejection.Message,
    };

    private async Task RecordRoundAsync(
        string? batchId, List<(int Index, MeterRecord Record)> round, RecordVerdict[] verdicts, CancellationToken cancellation)
    {
        var calls = round.GroupBy(r => r.Record.Record.Meter).Select(async meter =>
        {
            var outcomes = await meters.RecordAsync(meter.Key, new MeterBatch(batchId, [.. meter.Select(r => r.Record)]));
            foreach (var ((index, record), outcome) in meter.Zip(outcomes)) verdicts[index] = Verdict(record.Record, outcome);
        });
        await AnswersAsync(calls, cancellation);
    }

    /// <summary>A silo that went may have taken calls with it. All are made again: what was counted will be a duplicate.</summary>
    private async Task AnswersAsync(IEnumerable<Task> calls, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silos.Next);
        try
        {
            await Task.WhenAll(calls).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BooksUnavailableException("A silo went while it was asked.");
        }
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
        RecordOutcome.BackfillVoided => Quarantined(record.Id, BackfillVoided(record.Backfill)),
        _ => throw new InvalidOperationException($"Outcome {outcome} has no verdict."),
    };

    /// <summary>Only the commit knows which backfills are voided, so these are put in quarantine after it.</summary>
    private static List<Refused> UnderVoidedBackfill(
        ReportedBatch batch, List<(int Index, MeterRecord Record)> accepted, RecordVerdict[] verdicts) =>
        batch.Backfill is null ? [] : [.. accepted.Where(a => verdicts[a.Index].Verdict == Verdicts.Quarantined).Select(a =>
            new Refused(batch.Records[a.Index].Record, BackfillVoided(batch.Backfill), batch.Records[a.Index].Bytes))];

    private static Rejection BackfillVoided(string? backfill) => new(
        "backfill_voided", "backfill", $"The backfill '{backfill}' was voided and its name is used up; send what is right under another name.");
}

/// <summary>Settings of section <c>Metering</c>.</summary>
public sealed class MeteringOptions
{
    /// <summary>How old a live record may be.</summary>
    public TimeSpan AcceptanceWindowBack { get; set; } = Limits.AcceptanceWindowBack;

    /// <summary>How far ahead of our clock a record may be.</summary>
    public TimeSpan AcceptanceWindowAhead { get; set; } = Limits.AcceptanceWindowAhead;
}
