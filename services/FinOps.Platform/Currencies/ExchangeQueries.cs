using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Pricing;
using GraphQL;

namespace FinOps.Platform.Currencies;

/// <summary>What currencies are worth in each other.</summary>
public sealed class ExchangeQueries
{
    /// <param name="at">Only those in effect then; by default every rate.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<IReadOnlyList<ExchangeRateView>> ExchangeRates(
        [FromServices] LiveBooks books, CancellationToken cancellation, DateTimeOffset? at = null)
    {
        var exchange = (await books.NowAsync(cancellation)).Exchange;
        return
        [
            .. exchange.All.Where(r => at is not { } instant || exchange.At(r.Source, r.Target, QuarterHour.Holding(instant)) == r)
                .Select(ExchangeRateView.Of),
        ];
    }
}

/// <summary>Changes of what currencies are worth.</summary>
public sealed class ExchangeMutations
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<ExchangeRateView> SetExchangeRate(
        ExchangeRateInput input, [FromServices] RecordInBooks books, [FromServices] TimeProvider clock, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await books.AppendAsync([input.Entry(now, viewer.Name)], cancellation);
        return ExchangeRateView.Of(input.ToCommand().Decide(now));
    }
}
