using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Pricing;

/// <summary>What tokens are sold for.</summary>
public sealed class PricingQueries
{
    /// <summary>Rate cards by model, scope and date. A tenant sees the general ones and its own.</summary>
    /// <param name="model">Only this model's; by default all.</param>
    /// <param name="at">Only those in effect then; by default every card.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IReadOnlyList<RateCardView>> RateCards(
        [FromServices] LiveBooks books, [FromServices] Viewer viewer, CancellationToken cancellation, string? model = null,
        DateTimeOffset? at = null)
    {
        var rates = (await books.NowAsync(cancellation)).Rates;
        var cards = rates.Models.Where(m => model is null || m.Value == model).OrderBy(m => m.Value, StringComparer.Ordinal)
            .SelectMany(rates.Cards)
            .Where(c => viewer.Tenants is not { } tenants || c.Terms.Scope is CardScope.General || tenants.Any(c.Terms.Scope.Holds))
            .Where(c => at is not { } instant || (QuarterHour.Holding(instant) is var slot && rates.Current(c, slot) == c && c.Holds(slot)));
        return [.. cards.Select(c => RateCardView.Of(c, viewer.Tenants))];
    }
}

/// <summary>Changes of what tokens are sold for.</summary>
public sealed class PricingMutations
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<RateCardView> SetRateCard(
        RateCardInput input, [FromServices] RecordInBooks books, [FromServices] LiveBooks live, [FromServices] TimeProvider clock,
        [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var card = input.ToCommand().Decide(now);
        await books.AppendAsync([RateCardSet.Entry(card, input.From is not null, now, viewer.Name)], cancellation);
        // As the book numbers it; of a card without a date, the one that says the same already.
        var rates = (await live.NowAsync(cancellation)).Rates;
        return RateCardView.Of(rates.Cards(card.Model).LastOrDefault(card.SaysTheSameAs) ?? rates.Current(card, QuarterHour.Holding(card.From)) ?? card);
    }
}
