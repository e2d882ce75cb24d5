using FinOps.Domain.Targets;
using FinOps.Platform.Pricing;
using GraphQL;

namespace FinOps.Platform.Targets;

/// <summary>What a million tokens of a model should cost on a fleet from an instant on; the same in GraphQL and in files.</summary>
[Name("TargetInput")]
public sealed class TargetInput : IBookInput
{
    public required string Fleet { get; init; }

    public required string Model { get; init; }

    /// <summary>On a 15-minute boundary; by default the start of today, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    public required decimal CostPerMillionTokens { get; init; }

    public required string Currency { get; init; }

    /// <summary>MANUAL or CONTRACTUAL; by default MANUAL. MODELLED is set by `setModelledTarget`.</summary>
    public TargetKind? Kind { get; init; }

    /// <summary>Why; kept with the fact.</summary>
    public string? Reason { get; init; }

    public SetTarget ToCommand() => new(Fleet, Model, From, CostPerMillionTokens, Currency, Kind ?? TargetKind.Manual);

    BookEntry IBookInput.Decide(DateTimeOffset now, string by) => TargetSet.Entry(ToCommand().Decide(now), From is not null, now, by);
}
