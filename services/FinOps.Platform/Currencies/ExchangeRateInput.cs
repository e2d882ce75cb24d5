using FinOps.Domain.Currencies;
using FinOps.Platform.Pricing;
using GraphQL;

namespace FinOps.Platform.Currencies;

/// <summary>What one unit of a currency is worth in another from an instant on; the same in GraphQL and in files.</summary>
[Name("ExchangeRateInput")]
public sealed class ExchangeRateInput : IBookInput
{
    public required string Source { get; init; }

    public required string Target { get; init; }

    /// <summary>On a 15-minute boundary; by default the start of today, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Units of the target per unit of the source.</summary>
    public required decimal Rate { get; init; }

    /// <summary>Why; kept with the fact.</summary>
    public string? Reason { get; init; }

    BookEntry IBookInput.Decide(DateTimeOffset now, string by) => ExchangeRateSet.Entry(ToCommand().Decide(now), From is not null, now, by);

    public SetExchangeRate ToCommand() => new(Source, Target, From, Rate);
}

/// <summary>An exchange rate as GraphQL shows it.</summary>
[Name("ExchangeRate")]
public sealed record ExchangeRateView(string Source, string Target, DateTimeOffset From, decimal Rate)
{
    internal static ExchangeRateView Of(ExchangeRate rate) => new(rate.Source.Code, rate.Target.Code, rate.From, rate.Rate);
}
