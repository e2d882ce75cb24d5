using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Currencies;

/// <summary>Declares an exchange rate from an instant on. The same instant again replaces.</summary>
/// <param name="Source">ISO 4217.</param>
/// <param name="Target">ISO 4217, another one.</param>
/// <param name="From">On a 15-minute boundary; null is the start of the day (UTC) on which it is recorded.</param>
/// <param name="Rate">Units of the target per unit of the source.</param>
public sealed record SetExchangeRate(string Source, string Target, DateTimeOffset? From, decimal Rate)
{
    public const int MaxDecimals = 10;

    /// <summary>Beyond this, or below its inverse, a rate is a slip: no two currencies in use lie further apart.</summary>
    public const decimal MaxRate = 1_000_000m;

    /// <exception cref="RejectedException">With every failure at once.</exception>
    public ExchangeRate Decide(DateTimeOffset now)
    {
        var checks = new Checks();
        checks.CurrencyCode(Source, "source");
        checks.CurrencyCode(Target, "target");
        if (Source == Target) checks.Fail("currencies_equal", "target", $"`target` is {Target} like `source`; its rate is 1 and needs no saying.");
        if (From is { } from) checks.Boundary(from, "from");
        var rate = Rate.ToString(CultureInfo.InvariantCulture);
        if (Rate is > MaxRate or < 1 / MaxRate)
            checks.Fail("rate_implausible", "rate", $"`rate` is {rate}; units of {Target} per unit of {Source} lie between 0.000001 and 1000000.");
        else if (decimal.Round(Rate, MaxDecimals) != Rate)
            checks.Fail("rate_too_fine", "rate", $"`rate` is {rate}; it may have at most {MaxDecimals} decimals.");
        checks.ThrowIfAny();
        return new ExchangeRate(new Currency(Source), new Currency(Target), Day.FromOrStart(From, now), Rate);
    }
}
