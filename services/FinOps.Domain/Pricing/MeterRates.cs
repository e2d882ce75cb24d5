using FinOps.Domain.Values;

namespace FinOps.Domain.Pricing;

/// <summary>Which card prices one tenant's usage of one model, stretch by stretch: what scopes, aliases and ends come to.</summary>
public sealed class MeterRates
{
    private readonly Timeline<Stretch> stretches;

    /// <param name="changes">From when on which card holds, or none; in any order, each slot once.</param>
    public MeterRates(IEnumerable<(QuarterHour From, RateCard? Card)> changes) =>
        stretches = new Timeline<Stretch>(changes.Select(c => (c.From, new Stretch(c.Card))));

    /// <returns>Null where the usage has no card.</returns>
    public RateCard? At(QuarterHour slot) => stretches.At(slot)?.Card;

    /// <returns>The stretches between two slots in which one card holds; those without one left out.</returns>
    public IEnumerable<(QuarterHour First, QuarterHour End, RateCard Card)> Between(QuarterHour first, QuarterHour end) =>
        stretches.Between(first, end).Where(s => s.Value.Card is not null).Select(s => (s.First, s.End, s.Value.Card!));

    private sealed record Stretch(RateCard? Card);
}
