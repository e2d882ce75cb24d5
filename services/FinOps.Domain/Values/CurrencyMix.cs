namespace FinOps.Domain.Values;

/// <summary>A figure is in one currency; there is no exchange rate that would be true for every reader.</summary>
public static class CurrencyMix
{
    public static RejectedException Rejected(Currency one, Currency other, string where) => new(new Rejection(
        "currency_mixed", "where",
        $"{where} is in {other}, the figure so far in {one}; narrow the filter to fleets and models of one currency."));
}
