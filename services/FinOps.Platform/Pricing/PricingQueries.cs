using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Pricing;

/// <summary>What tokens are sold for.</summary>
public sealed class PricingQueries
{
    /// <param name="model">Only this model's; by default all.</param>
    /// <param name="at">Only those in effect then; by default every card.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IReadOnlyList<RateCardView>> RateCards(
        [FromServices] LiveBooks books, CancellationToken cancellation, string? model = null, DateTimeOffset? at = null)
    {
        var rates = (await books.NowAsync(cancellation)).Rates;
        var cards = rates.Models.Where(m => model is null || m.Value == model).OrderBy(m => m.Value, StringComparer.Ordinal)
            .SelectMany(m => at is { } instant ? rates.At(m, QuarterHour.Holding(instant)) is { } card ? [card] : [] : rates.Cards(m));
        return [.. cards.Select(RateCardView.Of)];
    }
}

/// <summary>Changes of what tokens are sold for.</summary>
public sealed class PricingMutations
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<RateCardView> SetRateCard(
        RateCardInput input, [FromServices] RecordInBooks books, [FromServices] TimeProvider clock, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await books.AppendAsync([input.Entry(now, viewer.Name)], cancellation);
        return RateCardView.Of(input.ToCommand().Decide(now));
    }
}
