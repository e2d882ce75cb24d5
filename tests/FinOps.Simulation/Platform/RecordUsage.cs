using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Simulation.Load;
using FinOps.Simulation.Truth;

namespace FinOps.Simulation.Platform;

/// <summary>One record on its way into the books.</summary>
internal readonly record struct Pending(UsageRecord Record, RecordDigest Digest, DateTimeOffset FirstSent);

/// <summary>A batch through acceptance, quarantine and meters: a verdict per record, or nothing when it must be tried again.</summary>
internal sealed class RecordUsage(World world, Host host)
{
    /// <returns>Whether every record has its verdict.</returns>
    public async Task<bool> RecordAsync(Batch batch)
    {
        var decidedAt = host.Clock;
        var rules = new AcceptanceRules(
            decidedAt, Sizes.WindowBack, Sizes.WindowAhead, batch.Backfill, tenant => tenant.Value != Workload.ForbiddenTenant);
        var verdicts = new Verdict[batch.Records.Count];
        var accepted = new List<(int Index, Pending Pending)>(verdicts.Length);
        var refused = new List<string>();
        for (var i = 0; i < verdicts.Length; i++)
        {
            var (record, rejection) = Acceptance.Decide(batch.Records[i].Written, rules);
            if (record is not null) accepted.Add((i, new Pending(record, batch.Records[i].Digest ??= Digest(record), batch.FirstSent)));
            else
            {
                verdicts[i] = new Verdict(null, rejection!.Code);
                refused.Add(rejection.Code);
            }
        }

        if (refused.Count > 0 && !await world.Database.KeepRefusedAsync(host.Life, refused.Count)) return false;
        if (verdicts.Length == 1 && accepted is [(_, var alone)])
        {
            if (await host.Doorway.CountAsync(alone) is not { } outcome) return false;
            verdicts[0] = new Verdict(outcome, null);
            accepted.Clear();
        }

        foreach (var round in RoundsOf(accepted))
        {
            if (!await RecordRoundAsync(round, verdicts)) return false;
        }

        world.Oracle.Answered(batch, verdicts, decidedAt);
        return true;
    }

    private IEnumerable<List<(int Index, Pending Pending)>> RoundsOf(List<(int Index, Pending Pending)> accepted) =>
        world.Mutation == Mutation.OneRound ? [accepted] : Rounds.Of(accepted, r => r.Pending.Digest.Key);

    private async Task<bool> RecordRoundAsync(List<(int Index, Pending Pending)> round, Verdict[] verdicts)
    {
        var meters = round.GroupBy(r => r.Pending.Record.Meter).Select(g => (Meter: g.Key, Records: g.ToArray())).ToArray();
        var calls = new Task<IReadOnlyList<RecordOutcome>?>[meters.Length];
        for (var m = 0; m < meters.Length; m++)
            calls[m] = world.Directory.CallAsync(host, meters[m].Meter, Array.ConvertAll(meters[m].Records, r => r.Pending));
        if (world.Mutation == Mutation.AnswerBeforeCommit)
        {
            foreach (var (index, _) in round) verdicts[index] = new Verdict(RecordOutcome.Accepted, null);
            return true;
        }

        var outcomes = await Task.WhenAll(calls);
        for (var m = 0; m < meters.Length; m++)
        {
            if (outcomes[m] is not { } told) return false;
            for (var i = 0; i < told.Count; i++) verdicts[meters[m].Records[i].Index] = new Verdict(told[i], null);
        }

        return true;
    }

    private RecordDigest Digest(UsageRecord record) => world.Mutation switch
    {
        Mutation.KeyWithoutTenant => RecordDigest.Of(record) with { Key = RecordDigest.Of(With(record, tenant: "any")).Key },
        Mutation.KeyWithoutSource => RecordDigest.Of(record) with { Key = RecordDigest.Of(With(record, source: "any")).Key },
        Mutation.ContentWithoutModel => RecordDigest.Of(record) with { Content = RecordDigest.Of(With(record, model: "any")).Content },
        _ => RecordDigest.Of(record),
    };

    private static UsageRecord With(UsageRecord record, string? tenant = null, string? source = null, string? model = null) => new()
    {
        Tenant = tenant is null ? record.Tenant : new TenantId(tenant),
        Source = source ?? record.Source,
        Id = record.Id,
        Model = model is null ? record.Model : new ModelId(model),
        ModelVersion = record.ModelVersion,
        Fleet = record.Fleet,
        OccurredAt = record.OccurredAt,
        Quantities = record.Quantities,
        Missing = record.Missing,
        Failed = record.Failed,
        Tags = record.Tags,
    };
}
