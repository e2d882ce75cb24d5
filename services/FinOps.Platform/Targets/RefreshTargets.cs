using FinOps.Domain.Pricing;
using FinOps.Domain.Targets;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;
using FinOps.Platform.Targets.Facts;
using GraphQL;

namespace FinOps.Platform.Targets;

/// <summary>Makes modelled targets anew from what they were asked, by the facts and prices of now: what differs is a new version from a date, and history stays.</summary>
public sealed class RefreshTargets(RecordInBooks record, LiveBooks live, FactCatalogue facts, TimeProvider clock)
{
    /// <exception cref="RejectedException">The instant is off a boundary.</exception>
    internal async Task<TargetRefresh> PreviewAsync(DateTimeOffset from, IReadOnlyList<string>? fleets, CancellationToken cancellation) =>
        Shown(from, Made(from, fleets, await live.NowAsync(cancellation)));

    /// <exception cref="RejectedException">No reason, or some target cannot be made any more; every flaw is named and nothing is recorded.</exception>
    internal async Task<TargetRefresh> ApplyAsync(
        DateTimeOffset from, IReadOnlyList<string>? fleets, string reason, string by, CancellationToken cancellation)
    {
        if (BookInputs.ReasonFlaw(reason) is { } flaw) throw new RejectedException(flaw);
        var made = Made(from, fleets, await live.NowAsync(cancellation));
        var flaws = made.SelectMany(m => m.Flaws.Select(f => f with { Field = $"{m.Before.Fleet}/{m.Before.Model}.{f.Field}" })).ToList();
        if (flaws.Count > 0) throw new RejectedException(flaws);
        var now = clock.GetUtcNow();
        await record.AppendAsync(
            [.. made.Where(m => m.Differs).SelectMany(m => InputOf(m.Before, from, reason).By(facts.Facts)).Select(i => i.Entry(now, by))], cancellation);
        return Shown(from, made);
    }

    private List<Remade> Made(DateTimeOffset from, IReadOnlyList<string>? fleets, Books books)
    {
        var checks = new Checks();
        checks.Boundary(from, "from");
        checks.ThrowIfAny();
        var slot = QuarterHour.Holding(from);
        return
        [
            .. books.Targets.All.Where(t => t.Modelled is not null && (fleets is null || fleets.Contains(t.Fleet.Value)))
                .Where(t => ReferenceEquals(books.Targets.At(t.Fleet, t.Model, slot), t)).Select(t => Remake(t, from, books)),
        ];
    }

    private Remade Remake(Target before, DateTimeOffset from, Books books)
    {
        try
        {
            return new Remade(before, InputOf(before, from, null).Decide(facts.Facts, books, clock.GetUtcNow()), []);
        }
        catch (RejectedException refused)
        {
            return new Remade(before, null, refused.Rejections);
        }
    }

    private static ModelledTargetInput InputOf(Target target, DateTimeOffset from, string? reason) => new()
    {
        Fleet = target.Fleet.Value,
        Model = target.Model.Value,
        From = from,
        Estimate = ModelledTargetSet.InputOf(target),
        SetsWorkWeights = target.Modelled!.SetsWorkWeights,
        Reason = reason,
    };

    private static TargetRefresh Shown(DateTimeOffset from, List<Remade> made) => new(
        from, made.Count(m => !m.Differs && m.Flaws.Count == 0), [.. made.Where(m => m.Differs || m.Flaws.Count > 0).Select(RefreshedTarget.Of)]);

    /// <summary>A target and what it would be now; null with flaws where it cannot be made.</summary>
    internal sealed record Remade(Target Before, Target? After, IReadOnlyList<Rejection> Flaws)
    {
        public bool Differs => After is { } after && after with { From = Before.From } != Before;
    }
}

/// <summary>What a refresh makes of modelled targets.</summary>
/// <param name="From">From when on.</param>
/// <param name="Unchanged">Targets that come out the same.</param>
/// <param name="Targets">Those that differ or cannot be made any more.</param>
[Name("TargetRefresh")]
public sealed record TargetRefresh(DateTimeOffset From, int Unchanged, IReadOnlyList<RefreshedTarget> Targets);

/// <summary>A modelled target and what it becomes. Money is per million tokens.</summary>
/// <param name="PriceBefore">Of an accelerator-hour.</param>
/// <param name="CostAfter">Null where it cannot be made any more.</param>
/// <param name="Changed">Which figures differ, as words.</param>
/// <param name="Flaws">Why it cannot be made any more.</param>
[Name("RefreshedTarget")]
public sealed record RefreshedTarget(
    string Fleet, string Model, string Currency, decimal CostBefore, decimal? CostAfter, decimal PriceBefore, decimal? PriceAfter, IReadOnlyList<string> Changed,
    IReadOnlyList<string> Flaws)
{
    internal static RefreshedTarget Of(RefreshTargets.Remade made)
    {
        var (before, after) = (made.Before, made.After);
        return new RefreshedTarget(
            before.Fleet.Value, before.Model.Value, before.CostPerMillionTokens.Currency.Code, before.CostPerMillionTokens.Amount, after?.CostPerMillionTokens.Amount,
            before.Modelled!.AcceleratorHour.Amount, after?.Modelled!.AcceleratorHour.Amount, after is null ? [] : [.. Differences(before.Modelled, after.Modelled!)],
            [.. made.Flaws.Select(f => f.Message)]);
    }

    private static IEnumerable<string> Differences(ModelledTarget before, ModelledTarget after)
    {
        (string Name, object Before, object After)[] figures =
        [
            ("an accelerator-hour", before.AcceleratorHour, after.AcceleratorHour), ("deployment", before.Deployment, after.Deployment),
            ("uncached input", before.UncachedInput, after.UncachedInput), ("cache read", before.CacheRead, after.CacheRead), ("output", before.Output, after.Output),
            ("input by context", before.InputPerContextToken, after.InputPerContextToken), ("output by context", before.OutputPerContextToken, after.OutputPerContextToken),
            ("joules per token", before.JoulesPerToken, after.JoulesPerToken),
        ];
        return figures.Where(f => !f.Before.Equals(f.After)).Select(f => FormattableString.Invariant($"{f.Name}: {f.After} instead of {f.Before}"));
    }
}
