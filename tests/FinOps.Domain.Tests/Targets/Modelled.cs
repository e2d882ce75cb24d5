using FinOps.Domain.Targets;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Targets;

/// <summary>
/// A modelled target in round numbers: 4 accelerators at 3.64 an hour, half used; prompts of 1,000 tokens of which a fifth is cached, answers of 250.
/// A million cost 1 uncached, 0.1 cached, 4 out, so 1,250 tokens of a call 0.00182 and a million of its mix 1.456. The hour of 14.56 buys 8,000 calls.
/// </summary>
internal static class Modelled
{
    public const decimal Hour = 14.56m;

    public static readonly ModelledTarget Design = new(new Money(3.64m, Currency.Usd), 4, 0.5m, 1_000, 250, 0.2m, 1m, 0.1m, 4m, 0, 0);

    public static Target Target(string fleet, string model, ModelledTarget? design = null) =>
        new(new FleetId(fleet), new ModelId(model), Start, new Money(Blended(design ?? Design), (design ?? Design).AcceleratorHour.Currency)) { Modelled = design ?? Design };

    private static decimal Blended(ModelledTarget t)
    {
        var cached = t.PromptTokens * t.CachedShare;
        var call = (t.PromptTokens - cached) * t.UncachedInput + cached * t.CacheRead + t.OutputTokens * t.Output;
        return decimal.Round(call / (t.PromptTokens + t.OutputTokens), Money.AllocationDecimals, MidpointRounding.ToEven);
    }
}
