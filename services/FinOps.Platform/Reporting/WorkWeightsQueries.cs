using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Pricing;
using GraphQL;

namespace FinOps.Platform.Reporting;

/// <summary>What tokens weigh.</summary>
public sealed class WorkWeightsQueries
{
    /// <summary>Every set in its time, superseded ones left out: those of all fleets first, then of single fleets.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<IReadOnlyList<WorkWeightsView>> WorkWeights([FromServices] LiveBooks books, CancellationToken cancellation) =>
        [.. (await books.NowAsync(cancellation)).Weights.All.Select(WorkWeightsView.Of)];
}

/// <summary>Changes of what tokens weigh.</summary>
public sealed class WorkWeightsMutations
{
    /// <summary>What tokens weigh from an hour on, on one fleet or on all that have no set of their own.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<WorkWeightsView> SetWorkWeights(
        WorkWeightsInput input, [FromServices] RecordInBooks books, [FromServices] TimeProvider clock, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await books.AppendAsync([input.Entry(now, viewer.Name)], cancellation);
        return WorkWeightsView.Of(input.ToCommand().Decide(now));
    }
}

/// <summary>A named set of work units per token from an hour on; the same in GraphQL and in files.</summary>
[Name("WorkWeightsInput")]
public sealed class WorkWeightsInput : IBookInput
{
    /// <summary>Stands on every figure that the set makes.</summary>
    public required string Name { get; init; }

    /// <summary>By default every fleet that has no set of its own.</summary>
    public string? Fleet { get; init; }

    /// <summary>On an hour of UTC; by default the start of today.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Every token class once; requests and seconds weigh nothing unless they are named.</summary>
    public required IReadOnlyList<WorkWeightInput> Weights { get; init; }

    /// <summary>Why; kept with the fact.</summary>
    public string? Reason { get; init; }

    BookEntry IBookInput.Decide(DateTimeOffset now, string by) => WorkWeightsSet.Entry(ToCommand().Decide(now), From is not null, now, by);

    public SetWorkWeights ToCommand() => new(Name, Fleet, From, [.. Weights.Select(w => new SetWorkWeight(w.UnitClass, w.WorkUnits))]);
}

/// <summary>What one token of a class weighs.</summary>
[Name("WorkWeightInput")]
public sealed class WorkWeightInput
{
    public required string UnitClass { get; init; }

    public required decimal WorkUnits { get; init; }
}

/// <summary>A set of work weights as GraphQL shows it.</summary>
/// <param name="Name">Stands on figures.</param>
/// <param name="Fleet">Null is every fleet that has no set of its own.</param>
/// <param name="From">Null is from the beginning.</param>
/// <param name="Weights">Classes that weigh anything.</param>
[Name("WorkWeights")]
public sealed record WorkWeightsView(string Name, string? Fleet, DateTimeOffset? From, IReadOnlyList<WorkWeightView> Weights)
{
    internal static WorkWeightsView Of(EffectiveWeights set) => new(
        set.Weights.Name, set.Fleet?.Value, set.From == DateTimeOffset.MinValue ? null : set.From,
        [.. UnitClass.All.Where(c => set.Weights.Units[c.Ordinal] != 0).Select(c => new WorkWeightView(c.Name, set.Weights.Units[c.Ordinal]))]);
}

/// <param name="UnitClass">The class's name on the wire.</param>
/// <param name="WorkUnits">Of one token.</param>
[Name("WorkWeight")]
public sealed record WorkWeightView(string UnitClass, decimal WorkUnits);
