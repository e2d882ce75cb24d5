using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Claims;

/// <summary>What tokens and chips are said to cost.</summary>
internal static class ClaimsOnPrices
{
    private const double DaysPerMonth = 30;
    private const double DaysPerYear = 365;

    public static readonly Dictionary<int, Func<ClaimCase, IEnumerable<ClaimFigure>>> Formulas = new()
    {
        [1] = PerToken,
        [2] = c => [new("saving", ClaimPoint.Saving, 1 - c.OutputPerSecond("one at a time") / c.OutputPerSecond("batch of 32"))],
        [3] = OwnHour,
        [5] = MarketHour,
        [8] = c => [new("per month", "USD", c.Given("tokensPerDay") * (c.Given("dearPerToken") - c.Given("cheapPerToken")) * DaysPerMonth)],
        [9] = c => [new("revenue a year that the two imply", "USD", c.Claimed("a day") / c.Claimed("share of revenue") * DaysPerYear)],
        [11] = c => [new("a year", "USD", c.Given("tokensPerDay") * c.Given("perToken") * DaysPerYear)],
        [40] = Bedrock,
        [41] = c =>
        {
            var choice = new BuildOrBuy(new Money(1m, Currency.Usd), 1m, new Money((decimal)c.Given("bedrockOverOwnAtFullLoad"), Currency.Usd));
            return
            [
                new("saving", ClaimPoint.Saving, (double)choice.Saving((decimal)c.Given("lowUtilisation")), (double)choice.Saving((decimal)c.Given("highUtilisation"))),
                new("utilisation from which on it pays", "share", (double)choice.BreakEvenUtilisation),
                new("saving at full load", ClaimPoint.Saving, (double)choice.Saving(1)),
            ];
        },
        [42] = c =>
        {
            var spot = new SpotUse((decimal)c.Claimed("discount"), (decimal)c.Claimed("availability"));
            return
            [
                new("discount", ClaimPoint.Saving, 1 - (double)spot.UsefulHour(new Money(1m, Currency.Usd)).Amount),
                new("with the missing hours on demand", ClaimPoint.Saving, 1 - (double)spot.UsefulHourWithFallback(new Money(1m, Currency.Usd)).Amount),
            ];
        },
        [43] = c =>
        {
            var list = c.Prices.Find(PriceKind.Committed, PriceUnit.Discount, null, "Google Cloud")!;
            return
            [
                new("discount", ClaimPoint.Saving, (double)list.Low, (double)list.High),
                new("utilisation below which it is dearer than on demand", "share", (double)new CommittedUse(list.Low, 1).BreakEvenUtilisation),
            ];
        },
    };

    private static IEnumerable<ClaimFigure> PerToken(ClaimCase c)
    {
        var hours = c.HoursPerMillionOutput("70B");
        var perToken = c.Given("acceleratorHour") * hours / ClaimCase.Million;
        return
        [
            new("per token", "USD", perToken), new("per token elsewhere", "USD", perToken),
            new("per thousand tokens", "USD", perToken * ClaimCase.Thousand),
            new("tokens per second and chip at the claimed price", "tokens/s", c.Given("acceleratorHour") / ClaimCase.SecondsPerHour / c.Claimed("per token")),
            new("tokens per second and chip in the model", "tokens/s", c.OutputPerSecond("70B")),
        ];
    }

    private static IEnumerable<ClaimFigure> OwnHour(ClaimCase c)
    {
        var others = c.Prices.All.Where(p => p is { Kind: PriceKind.Purchase, Subject: "H200-SXM-141GB" } && p.Provider != "market").ToList();
        var kilowatts = (decimal)(c.Chip("H200-SXM-141GB").ProvisionedWatts!.Value / ClaimCase.Thousand);
        var owned = new OwnedHour(
            new Money((decimal)c.Claimed("purchase"), Currency.Usd), (decimal)c.Given("years"), (decimal)c.Given("interestPerYear"),
            kilowatts, 1, (decimal)c.Given("pricePerKilowattHour"))
        {
            HostingPerKilowattMonth = (decimal)c.Given("hostingPerKilowattMonth"),
        };
        return
        [
            new("purchase", "USD", (double)others.Min(p => p.Low), (double)others.Max(p => p.High)),
            new("hour", "USD per accelerator-hour", (double)owned.Hour.Amount),
            new("of it capital", "USD per accelerator-hour", (double)owned.Capital.Amount),
            new("InferenceX, own, by kind of owner", "USD per accelerator-hour", Amount(PriceKind.OwnHyperscaler), Amount(PriceKind.OwnNeocloud)),
        ];

        double Amount(PriceKind kind) => (double)c.Prices.AcceleratorHour("H200-SXM-141GB", kind).Amount;
    }

    private static IEnumerable<ClaimFigure> MarketHour(ClaimCase c)
    {
        var others = c.Prices.All
            .Where(p => p is { Kind: PriceKind.OnDemand, Subject: "H100-SXM-80GB", Provenance.Unverified: false })
            .Where(p => !p.Provider.StartsWith("market", StringComparison.Ordinal)).ToList();
        return
        [
            new("hour", "USD per accelerator-hour", (double)others.Min(p => p.Low), (double)others.Max(p => p.High)),
            new("before", "USD per accelerator-hour", (double)Past(c).High),
        ];
    }

    private static PriceRow Past(ClaimCase c) =>
        c.Prices.Find(PriceKind.OnDemand, PriceUnit.AcceleratorHour, "H100-SXM-80GB", "market over three years")!;

    private static IEnumerable<ClaimFigure> Bedrock(ClaimCase c)
    {
        var input = c.Prices.Find(PriceKind.Serverless, PriceUnit.MillionInputTokens, "llama-2-70b", "AWS Bedrock")!;
        var output = c.Prices.Find(PriceKind.Serverless, PriceUnit.MillionOutputTokens, "llama-2-70b", "AWS Bedrock")!;
        var own = ClaimCase.Million * c.CostPerToken("self-hosted");
        var implied = c.Claimed("per thousand tokens") / ClaimCase.Thousand / c.Claimed("over self-hosted");
        return
        [
            new("per thousand tokens", "USD", (double)input.Low / ClaimCase.Thousand, (double)output.High / ClaimCase.Thousand),
            new("over self-hosted", "ratio", (double)input.Low / own, (double)output.High / own),
            new("self-hosted at full load", "USD per million tokens", own),
            new("tokens per second of four that ten times implies", "tokens/s", 4 * c.Given("acceleratorHour") / ClaimCase.SecondsPerHour / implied),
        ];
    }
}
