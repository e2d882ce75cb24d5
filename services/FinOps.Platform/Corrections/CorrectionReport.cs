using FinOps.Domain.Values;

namespace FinOps.Platform.Corrections;

/// <summary>What kind of correction.</summary>
public enum CorrectionKind
{
    VoidRecord,
    AmendRecord,
    VoidBackfill,
}

/// <summary>What a correction changed, or would change.</summary>
/// <param name="Changed">False: it is so already, or this was a dry run; nothing was written.</param>
/// <param name="DryRun">Whether it was only asked.</param>
/// <param name="CorrectionId">Of this correction, or of the earlier one that made it so; null where there is none.</param>
/// <param name="RecordsBefore">How many of the corrected records counted.</param>
/// <param name="RecordsAfter">How many of them count.</param>
/// <param name="TokensBefore">What they counted.</param>
/// <param name="TokensAfter">What they count.</param>
/// <param name="Meters">The same by tenant and model.</param>
public sealed record CorrectionReport(
    bool Changed, bool DryRun, string? CorrectionId, long RecordsBefore, long RecordsAfter, long TokensBefore, long TokensAfter,
    IReadOnlyList<CorrectedMeter> Meters)
{
    internal static CorrectionReport Unchanged(Guid? earlier) => new(false, false, earlier?.ToString(), 0, 0, 0, 0, []);
}

/// <summary>What a correction changed in one meter.</summary>
public sealed record CorrectedMeter(
    string Tenant, string Model, long RecordsBefore, long RecordsAfter, long TokensBefore, long TokensAfter);

/// <summary>By whose word, and why.</summary>
/// <param name="By">The credential's name.</param>
/// <param name="Reason">For whoever asks later.</param>
/// <param name="DryRun">Only tell what would change.</param>
internal sealed record AskedCorrection(string By, string Reason, bool DryRun)
{
    /// <exception cref="RejectedException">No reason was given, or a very long one.</exception>
    public static AskedCorrection Of(string by, string reason, bool? dryRun)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > Hosting.Limits.ReasonLength || reason.Contains('\0', StringComparison.Ordinal))
        {
            throw new RejectedException(new Rejection(
                "reason_invalid", "reason", $"`reason` says why, in 1 to {Hosting.Limits.ReasonLength} characters; it is kept with the correction."));
        }

        return new AskedCorrection(by, reason.Trim(), dryRun ?? false);
    }
}

/// <summary>Sums up what a correction takes and gives.</summary>
internal sealed class CorrectionSums
{
    private readonly SortedDictionary<(string Tenant, string Model), CorrectedMeter> meters = [];

    public long Records => meters.Values.Sum(m => Math.Max(m.RecordsBefore, m.RecordsAfter));

    public void Take(Meter meter, long records, long tokens) =>
        this[meter] = this[meter] with { RecordsBefore = this[meter].RecordsBefore + records, TokensBefore = this[meter].TokensBefore + tokens };

    public void Give(Meter meter, long records, long tokens) =>
        this[meter] = this[meter] with { RecordsAfter = this[meter].RecordsAfter + records, TokensAfter = this[meter].TokensAfter + tokens };

    public CorrectionReport Report(Guid? correction, bool dryRun) => new(
        !dryRun, dryRun, correction?.ToString(), meters.Values.Sum(m => m.RecordsBefore), meters.Values.Sum(m => m.RecordsAfter),
        meters.Values.Sum(m => m.TokensBefore), meters.Values.Sum(m => m.TokensAfter), [.. meters.Values]);

    private CorrectedMeter this[Meter meter]
    {
        get => meters.GetValueOrDefault((meter.Tenant.Value, meter.Model.Value)) ?? new(meter.Tenant.Value, meter.Model.Value, 0, 0, 0, 0);
        set => meters[(meter.Tenant.Value, meter.Model.Value)] = value;
    }
}
