namespace FinOps.Domain.Targets;

/// <summary>Where a value comes from.</summary>
/// <param name="Source">Repository and path, page or data sheet.</param>
/// <param name="AsOf">When it held: a year, a month or a day, in the form 2026, 2026-05 or 2026-05-20.</param>
/// <param name="Unverified">Nobody has compared it with what its maker or seller says.</param>
public sealed record Provenance(string Source, string AsOf, bool Unverified = false);

/// <summary>Where the values of one row come from.</summary>
/// <param name="Row">All that have no word of their own.</param>
/// <param name="Fields">By field, for example <c>memoryBytes</c> or <c>denseFlops.fp8</c>.</param>
public sealed record RowProvenance(Provenance Row, IReadOnlyDictionary<string, Provenance> Fields)
{
    public Provenance Of(string field) =>
        Fields.GetValueOrDefault(field) ?? (field.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? Of(field[..dot]) : Row);
}
