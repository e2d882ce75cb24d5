using FinOps.Domain.Currencies;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Currencies;

/// <summary>Stored as <c>exchange_rate_set_v1</c> in the stream <c>exchange/{source}/{target}</c>: what a currency is worth in another.</summary>
public sealed record ExchangeRateSet(
    string Source, string Target, DateTimeOffset From, decimal Rate, DateTimeOffset RecordedAt, string RecordedBy) : BookFact
{
    internal override BookSubject Subject => new(BookSubjectKind.ExchangeRate, Line: $"{Source}/{Target}");

    /// <param name="rate">What was decided.</param>
    /// <param name="isDated">Whether the sender said from when; if not, the same rate that day is the same.</param>
    /// <param name="now">When.</param>
    /// <param name="by">Whose credential.</param>
    internal static BookEntry Entry(ExchangeRate rate, bool isDated, DateTimeOffset now, string by) => new(
        $"exchange/{rate.Source}/{rate.Target}",
        new ExchangeRateSet(rate.Source.Code, rate.Target.Code, rate.From, rate.Rate, now, by),
        books => isDated
            ? !books.Exchange.All.Contains(rate)
            : books.Exchange.At(rate.Source, rate.Target, QuarterHour.Holding(rate.From)) is not { } current || current.Rate != rate.Rate);

    internal ExchangeRate ToRate() => new(new Currency(Source), new Currency(Target), From, Rate);
}
