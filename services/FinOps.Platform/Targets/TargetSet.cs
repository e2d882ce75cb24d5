using FinOps.Domain.Targets;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Targets;

/// <summary>Stored as <c>target_set_v1</c> in the stream <c>target/{fleet}/{model}</c>: what tokens should cost.</summary>
/// <param name="Kind">Null is set by hand.</param>
public sealed record TargetSet(
    string Fleet, string Model, DateTimeOffset From, decimal CostPerMillionTokens, string Currency,
    DateTimeOffset RecordedAt, string RecordedBy, TargetKind? Kind = null) : BookFact
{
    internal override BookSubject Subject => new(BookSubjectKind.Target, Fleet, Model);

    /// <param name="target">What was decided.</param>
    /// <param name="isDated">Whether the sender said from when; if not, the same target that day is the same.</param>
    /// <param name="now">When.</param>
    /// <param name="by">Whose credential.</param>
    internal static BookEntry Entry(Target target, bool isDated, DateTimeOffset now, string by) => new(
        Stream(target.Fleet.Value, target.Model.Value),
        new TargetSet(
            target.Fleet.Value, target.Model.Value, target.From, target.CostPerMillionTokens.Amount,
            target.CostPerMillionTokens.Currency.Code, now, by, target.IsContractual ? TargetKind.Contractual : null),
        books => IsNews(books.Targets, target, isDated));

    /// <summary>All targets of a fleet and model, however they came about: one takes the place of another.</summary>
    internal static string Stream(string fleet, string model) => $"target/{fleet}/{model}";

    internal static bool IsNews(TargetBook book, Target target, bool isDated) => isDated
        ? !book.All.Contains(target)
        : book.At(target.Fleet, target.Model, QuarterHour.Holding(target.From)) is not { } current || current with { From = target.From } != target;

    internal Target ToTarget() => new(new FleetId(Fleet), new ModelId(Model), From, new Money(CostPerMillionTokens, new Currency(Currency)))
    {
        IsContractual = Kind == TargetKind.Contractual,
    };
}
