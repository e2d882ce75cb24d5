using FinOps.Domain.Values;

namespace FinOps.Domain.Currencies;

/// <summary>Declared exchange rates, each from its date on. No way back and no detour over a third currency is derived: nobody declared it.</summary>
public sealed class ExchangeBook
{
    public static readonly ExchangeBook Empty = new([]);

    private readonly Dictionary<(Currency Source, Currency Target), Timeline<ExchangeRate>> pairs;

    /// <param name="recorded">In the order of their recording.</param>
    public ExchangeBook(IEnumerable<ExchangeRate> recorded) =>
        pairs = recorded.GroupBy(r => (r.Source, r.Target))
            .ToDictionary(g => g.Key, g => new Timeline<ExchangeRate>(g.Select(r => (QuarterHour.Holding(r.From), r))));

    /// <summary>Every rate, superseded ones left out, by source, target and date.</summary>
    public IEnumerable<ExchangeRate> All =>
        pairs.OrderBy(p => p.Key.Source.Code, StringComparer.Ordinal).ThenBy(p => p.Key.Target.Code, StringComparer.Ordinal).SelectMany(p => p.Value.Values);

    /// <returns>Null when none holds by then.</returns>
    public ExchangeRate? At(Currency source, Currency target, QuarterHour slot) =>
        pairs.TryGetValue((source, target), out var rates) ? rates.At(slot) : null;
}
