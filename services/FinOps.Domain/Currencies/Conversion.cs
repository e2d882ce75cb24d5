using FinOps.Domain.Values;

namespace FinOps.Domain.Currencies;

/// <summary>
/// Brings the amounts of one report into one currency: the one that was asked for, by the rates in effect when the cost arose, or else the only
/// one that there is. What it converts it rounds to 12 decimals, half to even, at the atom, so that figures do not depend on the grouping.
/// </summary>
public sealed class Conversion(Currency? asked, ExchangeBook rates)
{
    private readonly HashSet<ExchangeRate> used = [];
    private readonly bool mayConvert = asked is not null;

    /// <summary>Of every amount; null where none was seen.</summary>
    public Currency? Currency { get; private set; } = asked;

    /// <summary>What was converted with, by source and date.</summary>
    public IReadOnlyList<ExchangeRate> Used => [.. used.OrderBy(r => r.Source.Code, StringComparer.Ordinal).ThenBy(r => r.From)];

    /// <param name="amount">To bring into the report's currency.</param>
    /// <param name="slot">When it arose.</param>
    /// <param name="what">For who reads the error, as `the cost of fleet`,</param>
    /// <param name="name">and of which.</param>
    /// <exception cref="RejectedException">Another currency without a rate; the error says what to do.</exception>
    public decimal Of(Money amount, QuarterHour slot, string what, string name)
    {
        var target = Currency ??= amount.Currency;
        if (amount.Currency == target) return amount.Amount;
        if (!mayConvert) throw CurrencyMix.Rejected(target, amount.Currency, $"{what} {name}");
        var rate = rates.At(amount.Currency, target, slot) ?? throw new RejectedException(new Rejection(
            "exchange_rate_missing", "currency",
            $"{what} {name} is in {amount.Currency}, and no rate into {target} holds at {slot.Start:yyyy-MM-dd'T'HH:mm'Z'}; declare one with `setExchangeRate`."));
        used.Add(rate);
        return decimal.Round(amount.Amount * rate.Rate, Money.AllocationDecimals, MidpointRounding.ToEven);
    }
}
