using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Reservations;

/// <summary>What a call of so many tokens would be charged now, by the tenant's own rates.</summary>
internal sealed class EstimateCharge(LiveBooks books, TimeProvider clock)
{
    /// <param name="tenant">Whose rates.</param>
    /// <param name="call">With a model and quantities.</param>
    /// <param name="currency">Asked for.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="RejectedException">The tokens have no amount in that currency: unknown is never taken for zero.</exception>
    public async Task<decimal> OfAsync(TenantId tenant, AskedCall call, Currency currency, CancellationToken cancellation)
    {
        var (model, units) = (call.Said.Model!, call.Size.Quantities!);
        var card = (await books.NowAsync(cancellation)).Rates.Of(tenant, new ModelId(model)).At(QuarterHour.Holding(clock.GetUtcNow()));
        if (card is null || card.Currency != currency) throw Unpriced($"No rate card prices '{model}' in {currency.Code}");
        if (card.IsGraduated || card.IsMarkup) throw Unpriced($"What '{model}' costs depends on more than these tokens");
        var charge = card.ChargeFor(units, RateClass.Of(units.InputTotal, ServiceTag.Of(call.Said.Tags ?? [])));
        return charge.UnpricedTokens > 0 ? throw Unpriced($"{charge.UnpricedTokens} of these tokens have no rate for '{model}'") : charge.Amount;
    }

    private static RejectedException Unpriced(string why) => new(new Rejection("estimate_unpriced", "quantities", $"{why}; name the amount."));
}
