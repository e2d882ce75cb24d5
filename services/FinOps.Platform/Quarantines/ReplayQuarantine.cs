using FinOps.Contracts;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Metering;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Options;

namespace FinOps.Platform.Quarantines;

/// <summary>
/// Sends quarantined records through acceptance and the ledger again. Each try is written down before it is sent: when the process dies in
/// between, the next replay finishes that try with its own content, so no two corrections of one record are both counted.
/// </summary>
internal sealed class ReplayQuarantine(
    QuarantineReplays replays, RecordUsage recordUsage, Quarantine quarantine, Credentials credentials, TimeProvider clock,
    IOptions<MeteringOptions> options)
{
    private const string BatchId = "quarantine-replay";

    public async Task<QuarantineReplayed> ReplayAsync(ReplayOrder order, Viewer viewer, CancellationToken cancellation)
    {
        var begun = await replays.BeginAsync(order, viewer, cancellation);
        // Begun is begun: whoever asked may go, the tries are finished.
        var verdicts = await SendAsync(begun.Tries, viewer, CancellationToken.None);
        await replays.FinishAsync(begun.Tries, verdicts, viewer, CancellationToken.None);

        var outcomes = begun.Tries.Zip(verdicts, (attempt, verdict) =>
                new QuarantineOutcome(attempt.Id, verdict.Verdict, verdict.Reason, verdict.Field, attempt.Resumed && verdict.Verdict == Verdicts.Quarantined
                    ? $"An earlier replay was finished first: {verdict.Message} Replay it again."
                    : verdict.Message))
            .Concat(begun.Counted.Select(id => new QuarantineOutcome(id, Verdicts.Duplicate, null, null, "An earlier replay has counted it; nothing was sent.")))
            .OrderBy(o => o.Id).ToList();
        return new QuarantineReplayed(
            Count(Verdicts.Accepted), Count(Verdicts.Duplicate), Count(Verdicts.Conflict), Count(Verdicts.Quarantined), outcomes,
            outcomes.Count == 0 ? null : $"{outcomes[^1].Id}", begun.HasMore);

        int Count(string verdict) => outcomes.Count(o => o.Verdict == verdict);
    }

    private async Task<RecordVerdict[]> SendAsync(IReadOnlyList<ReplayTry> tries, Viewer viewer, CancellationToken cancellation)
    {
        var verdicts = new RecordVerdict[tries.Count];
        var accepted = new List<(int Index, MeterRecord Record)>();
        var records = tries.Select(t => ReadBody.Record(t.Bytes)).ToList();
        for (var i = 0; i < verdicts.Length; i++)
        {
            records[i].Source ??= tries[i].Source;
            var (record, rejection) = Acceptance.Decide(records[i], Rules(tries[i], viewer));
            if (record is not null) accepted.Add((i, new MeterRecord(record, RecordDigest.Of(record))));
            else verdicts[i] = RecordUsage.Quarantined(records[i].Id, rejection!);
        }

        try
        {
            await recordUsage.CountAsync(BatchId, accepted, verdicts, cancellation);
            await quarantine.TallyAsync([.. records.Where((_, i) => verdicts[i].Verdict == Verdicts.Quarantined)], cancellation);
        }
        catch (Exception e) when (
            e is MeterOverloadedException or BooksUnavailableException or OrleansException || e.Passes())
        {
            throw new RejectedException(new Rejection(
                "books_unavailable", "input", "The books could not be written just now; call again, what was counted will be a duplicate."));
        }

        return verdicts;
    }

    /// <summary>
    /// Age is judged as of the day when the record first came: that it lay here makes it no older. Whether it lies ahead is judged now. The
    /// replayer's rights and those of whoever sent it must both cover the tenant, unless the replayer vouches for it.
    /// </summary>
    private AcceptanceRules Rules(ReplayTry attempt, Viewer viewer)
    {
        var now = clock.GetUtcNow();
        return new AcceptanceRules(
            now, options.Value.AcceptanceWindowBack + (now - attempt.ReceivedAt), options.Value.AcceptanceWindowAhead, attempt.Backfill,
            tenant => viewer.MaySee(tenant) && (attempt.Vouched || SenderMay(attempt, tenant)));
    }

    private bool SenderMay(ReplayTry attempt, TenantId tenant)
    {
        // As the credential says by now; where it is gone, as it said then.
        var tenants = attempt.Sender is { } name && credentials.ByName(name) is { } sender ? sender.Tenants?.Select(t => t.Value) : attempt.SenderTenants;
        return tenants is null || tenants.Contains(tenant.Value);
    }
}

/// <summary>One record on its way again.</summary>
/// <param name="Id">The quarantined record.</param>
/// <param name="Replay">The row of this try.</param>
/// <param name="Resumed">Whether the try is one that an earlier call began.</param>
/// <param name="ReceivedAt">When the record first came.</param>
/// <param name="Source">Where the record names none.</param>
/// <param name="Backfill">Under which it goes.</param>
/// <param name="Sender">The credential that first sent it.</param>
/// <param name="SenderTenants">What that one might report for then; null is any.</param>
/// <param name="Vouched">Whether that is passed over.</param>
/// <param name="Bytes">The record.</param>
internal sealed record ReplayTry(
    long Id, long Replay, bool Resumed, DateTimeOffset ReceivedAt, string? Source, string? Backfill, string? Sender, string[]? SenderTenants,
    bool Vouched, byte[] Bytes);
