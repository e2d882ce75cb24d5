using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Reservations;

/// <summary>What a call of so many tokens would be charged now, by the tenant's own rates.</summary>
internal sealed class EstimateCharge(LiveBooks books, TimeProvider clock)
{
    /// <exception cref="RejectedException">The tokens have no amount in that currency: unknown is never taken for zero.</exception>
    public async Task<decimal> OfAsync(
        TenantId tenant, string? model, IReadOnlyDictionary<string, long> quantities, Currency currency, CancellationToken cancellation)
    {
        var flaws = new List<Rejection>();
        if (Name.Flaw(model) is { } modelFlaw) flaws.Add(new Rejection("model_invalid", "model", $"The model {modelFlaw}."));
        foreach (var (name, value) in quantities)
        {
            if (UnitClass.Find(name) is null) flaws.Add(new Rejection("unit_class_unknown", $"quantities.{name}", $"There is no unit class '{name}'."));
            if (value < 0) flaws.Add(new Rejection("quantity_negative", $"quantities.{name}", "A quantity is zero or more."));
        }

        if (flaws.Count > 0) throw new RejectedException(flaws);
        var card = (await books.NowAsync(cancellation)).Rates.Of(tenant, new ModelId(model!)).At(QuarterHour.Holding(clock.GetUtcNow()));
        if (card is null || card.Currency != currency) throw Unpriced($"No rate card prices '{model}' in {currency.Code}");
        if (card.IsGraduated || card.IsMarkup) throw Unpriced($"What '{model}' costs depends on more than these tokens");
        var units = Quantities.Of([.. quantities.Select(q => (UnitClass.Find(q.Key)!, q.Value))]);
        var charge = card.ChargeFor(units, RateClass.Of(units.InputTotal, ServiceTier.Standard));
        return charge.UnpricedTokens > 0 ? throw Unpriced($"{charge.UnpricedTokens} of these tokens have no rate for '{model}'") : charge.Amount;
    }

    private static RejectedException Unpriced(string why) => new(new Rejection("estimate_unpriced", "quantities", $"{why}; name the amount."));
}
