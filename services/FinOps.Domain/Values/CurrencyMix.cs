namespace FinOps.Domain.Values;

/// <summary>A figure is in one currency: which one, and so by which exchange rates, its reader says.</summary>
public static class CurrencyMix
{
    public static RejectedException Rejected(Currency one, Currency other, string where) => new(new Rejection(
        "currency_mixed", "where",
        $"{where} is in {other}, the figure so far in {one}; ask with `currency`, or narrow the filter to fleets and models of one."));
}
