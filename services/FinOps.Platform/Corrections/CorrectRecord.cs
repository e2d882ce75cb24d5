using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using Microsoft.Extensions.Options;
using Subject = FinOps.Platform.Corrections.CorrectionTables.Subject;

namespace FinOps.Platform.Corrections;

/// <summary>Voids and amends single records: new facts beside the old ones, in one transaction.</summary>
internal sealed class CorrectRecord(CorrectionBooks books, TimeProvider clock, IOptions<MeteringOptions> options)
{
    public Task<CorrectionReport> VoidAsync(RecordIdentity identity, AskedCorrection asked, CancellationToken cancellation) =>
        CorrectAsync(CorrectionKind.VoidRecord, identity, found => RecordCorrection.Void(found.Counted), asked, cancellation);

    public Task<CorrectionReport> AmendAsync(
        RecordIdentity identity, AmendedContent content, AskedCorrection asked, CancellationToken cancellation) =>
        CorrectAsync(
            CorrectionKind.AmendRecord, identity, found => RecordCorrection.Amend(found.Counted, Accepted(content, found.Content)), asked, cancellation);

    private UsageRecord Accepted(AmendedContent content, UsageRecord before)
    {
        var rules = AmendedContent.Rules(before, clock.GetUtcNow(), options.Value.AcceptanceWindowAhead);
        var (record, rejection) = Acceptance.Decide(content.Over(before), rules);
        return record ?? throw new RejectedException(rejection!);
    }

    private Task<CorrectionReport> CorrectAsync(
        CorrectionKind kind, RecordIdentity identity, Func<LocatedRecord, RecordChange> decide, AskedCorrection asked,
        CancellationToken cancellation) =>
        books.CorrectAsync(
            async transaction =>
            {
                var found = await LocateRecord.FindAsync(transaction, books, identity, cancellation) ?? throw Unknown(identity);
                var change = decide(found);
                if (change.IsNone) return CorrectionReport.Unchanged(found.Revision?.Correction) with { DryRun = asked.DryRun };
                var sums = new CorrectionSums();
                if (change.Taken is { } taken) sums.Take(taken.Meter, 1, taken.Quantities.Total);
                if (change.Given is { } given) sums.Give(given.Meter, 1, given.Quantities.Total);
                if (asked.DryRun) return sums.Report(null, dryRun: true);
                var correction = Guid.CreateVersion7();
                var report = sums.Report(correction, dryRun: false);
                await WriteAsync(transaction, found, change, correction, asked, cancellation);
                await transaction.RunAsync(cancellation, CorrectionTables.Correction(
                    correction, clock.GetUtcNow(), asked, new Subject(kind, identity.Tenant.Value, identity.Source, identity.Id, null), report));
                return report;
            },
            cancellation);

    private async Task WriteAsync(
        CorrectionTransaction transaction, LocatedRecord found, RecordChange change, Guid correction, AskedCorrection asked,
        CancellationToken cancellation)
    {
        // Clocks of two processes differ; what is taken back was recorded before.
        var recordedAt = clock.GetUtcNow() is var now && now > found.RecordedAt ? now : found.RecordedAt;
        var facts = new List<(string Stream, object Event)>();
        var givenIn = change.Given is { } content ? MeterMonth.Of(content).StreamId : null;
        if (change.Taken is { } taken)
        {
            facts.Add((found.Stream, new UsageVoided
            {
                Correction = correction,
                RecordedAt = recordedAt,
                By = asked.By,
                Reason = asked.Reason,
                ReplacedIn = givenIn,
                From = [new TakenFrom(found.Version, [found.Position])],
                Taken = UsageRecorded.Pack([taken], recordedAt),
            }));
        }

        if (change.Given is { } given)
        {
            facts.Add((givenIn!, new UsageAmended
            {
                Correction = correction,
                RecordedAt = recordedAt,
                By = asked.By,
                Reason = asked.Reason,
                Given = UsageRecorded.Pack([given], recordedAt),
            }));
        }

        await transaction.LockAsync(facts.Select(f => f.Stream), cancellation);
        var versions = await transaction.WriteAsync(facts, cancellation);
        var digest = RecordDigest.Of(change.Given ?? change.Taken!);
        await transaction.RunAsync(cancellation, UsageRevisions.Add(digest.Key, new UsageRevision(
            (found.Revision?.Number ?? 0) + 1, change.Given is null ? null : digest.Content, facts[^1].Stream, versions[^1], correction)));
        var voided = (change.Taken is null ? 0 : 1) - (change.Given is null ? 0 : 1);
        await transaction.TallyAsync([(found.Content.Tenant.Value, voided, change.Given is null ? 0 : 1)], cancellation);
    }

    private static RejectedException Unknown(RecordIdentity identity) => new(new Rejection(
        "record_unknown", "id",
        identity.Model is null && identity.OccurredAt is null
            ? $"No record '{identity.Id}' of source '{identity.Source}' and tenant '{identity.Tenant}' was counted."
            : $"No record '{identity.Id}' of source '{identity.Source}' and tenant '{identity.Tenant}' was counted under that model and month."));
}
