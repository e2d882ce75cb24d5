using System.Text.Json.Nodes;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Corrections;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using GraphQL;
using Microsoft.Extensions.DependencyInjection;
using Id = GraphQL.IdAttribute;

namespace FinOps.Platform.Quarantines;

/// <summary>Which quarantined records to send through acceptance and the ledger again, and with what changes.</summary>
public sealed class ReplayQuarantineInput
{
    /// <summary>These; whatever became of them since.</summary>
    [Id]
    public IReadOnlyList<string>? Ids { get; set; }

    /// <summary>Or the open ones of these, oldest first.</summary>
    public QuarantineFilter? Where { get; set; }

    /// <summary>How many of them at most; as many as one call takes when left out.</summary>
    public int? First { get; set; }

    /// <summary>Go on behind this number: an earlier answer's <c>lastId</c>.</summary>
    [Id]
    public string? After { get; set; }

    /// <summary>Replay them under this named backfill, which may be of any age; their own when left out.</summary>
    public string? Backfill { get; set; }

    /// <summary>The replayer's rights alone decide, not those of the credential that sent the record.</summary>
    public bool? Vouch { get; set; }

    /// <summary>A JSON object: these fields are changed in each record, null takes one away (RFC 7396).</summary>
    public string? Patch { get; set; }

    /// <summary>Changes of single records, instead of <c>patch</c>.</summary>
    public IReadOnlyList<QuarantineCorrection>? Corrections { get; set; }
}

/// <summary>What is changed in one record: some fields, or all of it.</summary>
public sealed class QuarantineCorrection
{
    [Id]
    public string? Id { get; set; }

    /// <summary>A JSON object of the fields to change.</summary>
    public string? Patch { get; set; }

    /// <summary>A JSON object in its place.</summary>
    public string? Record { get; set; }
}

/// <summary>What became of the records that were replayed.</summary>
/// <param name="Accepted">Counted now.</param>
/// <param name="Duplicates">Were counted before.</param>
/// <param name="Conflicts">Their id was counted with other content.</param>
/// <param name="Quarantined">Still not acceptable; they stay open.</param>
/// <param name="Outcomes">One per record, by number.</param>
/// <param name="LastId">The last number that was looked at; null where there was none.</param>
/// <param name="HasMore">Whether more behind it match.</param>
public sealed record QuarantineReplayed(
    int Accepted, int Duplicates, int Conflicts, int Quarantined, IReadOnlyList<QuarantineOutcome> Outcomes, [property: Id] string? LastId,
    bool HasMore);

/// <summary>What became of one record.</summary>
/// <param name="Id">Its number in the quarantine.</param>
/// <param name="Verdict"><c>accepted</c>, <c>duplicate</c>, <c>conflict</c>, <c>quarantined</c>.</param>
/// <param name="Reason">Why it was not accepted.</param>
/// <param name="Field">The field to mend.</param>
/// <param name="Message">For a person.</param>
public sealed record QuarantineOutcome([property: Id] long Id, string Verdict, string? Reason, string? Field, string? Message);

/// <summary>Sends quarantined records again, or lets them go. Nothing is ever deleted.</summary>
public sealed class QuarantineMutations
{
    /// <summary>Through the same acceptance and ledger as everything, so that twice is harmless.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static Task<QuarantineReplayed> ReplayQuarantineAsync(
        ReplayQuarantineInput input, [FromServices] Viewer viewer, [FromServices] IServiceProvider services, CancellationToken cancellation) =>
        services.GetRequiredService<ReplayQuarantine>().ReplayAsync(Order(input), viewer, cancellation);

    /// <summary>These are not wanted, for the stated reason. They stay in the list of resolved ones, and may still be replayed.</summary>
    /// <returns>The numbers that were open until now.</returns>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    [Id]
    public static async Task<IEnumerable<string>> DismissQuarantineAsync(
        [Id] IReadOnlyList<string> ids, string reason, [FromServices] Viewer viewer, [FromServices] IServiceProvider services,
        CancellationToken cancellation) =>
        (await services.GetRequiredService<DismissQuarantine>()
            .DismissAsync(RowNumbers.Of(ids, "ids"), RowNumbers.Reason(reason), viewer, cancellation)).Select(id => $"{id}");

    private static ReplayOrder Order(ReplayQuarantineInput input)
    {
        if ((input.Ids is null) == (input.Where is null))
            throw new RejectedException(new Rejection("selection_missing", "ids", "Give either `ids` or `where`; an empty `where` is all open ones."));
        if (input.First is < 1 or > Limits.ReplayedAtOnce)
            throw new RejectedException(new Rejection("page_size", "first", $"`first` lies between 1 and {Limits.ReplayedAtOnce}."));
        if (input.Backfill is { } backfill && Name.Flaw(backfill) is { } flaw)
            throw new RejectedException(new Rejection("backfill_invalid", "backfill", $"`backfill` {flaw}."));
        var corrections = new Dictionary<long, ReplayCorrection>();
        foreach (var correction in input.Corrections ?? [])
        {
            if (!corrections.TryAdd(RowNumbers.Of(correction.Id, "corrections.id"), Correction(correction)))
                throw new RejectedException(new Rejection("correction_doubled", "corrections.id", $"Record {correction.Id} is corrected twice."));
        }

        return new ReplayOrder(
            input.Ids is { } ids ? RowNumbers.Of(ids, "ids") : null,
            input.Where ?? new QuarantineFilter(),
            input.First ?? Limits.ReplayedAtOnce,
            input.After is null ? 0 : RowNumbers.Of(input.After, "after"),
            input.Backfill,
            input.Vouch ?? false,
            input.Patch is { } patch ? CorrectedRecord.Object(patch, "patch") : null,
            corrections);
    }

    private static ReplayCorrection Correction(QuarantineCorrection correction) => (correction.Patch, correction.Record) switch
    {
        ({ } patch, null) => new ReplayCorrection(CorrectedRecord.Object(patch, "corrections.patch"), null),
        (null, { } record) => new ReplayCorrection(null, CorrectedRecord.Object(record, "corrections.record").ToJsonString()),
        _ => throw new RejectedException(new Rejection("correction_invalid", "corrections", "A correction has either `patch` or `record`.")),
    };
}

/// <summary>Which records, and how.</summary>
internal sealed record ReplayOrder(
    long[]? Ids, QuarantineFilter Where, int First, long After, string? Backfill, bool Vouch, JsonObject? Patch,
    IReadOnlyDictionary<long, ReplayCorrection> Corrections);

/// <summary>Either of the two.</summary>
internal sealed record ReplayCorrection(JsonObject? Patch, string? Record);
