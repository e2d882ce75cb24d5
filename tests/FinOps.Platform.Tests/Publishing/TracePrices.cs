using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Publishing;

/// <summary>The price table of the answer files, of which one price is cut in the middle.</summary>
internal static class TracePrices
{
    /// <summary>Model, from when, USD per token in and out.</summary>
    public static readonly (string Model, string From, string Input, string Output)[] All =
    [
        ("m-large", "2026-03-01T00:00Z", "0.0000016", "0.0000064"),
        ("m-mid", "2026-03-01T00:00Z", "0.0000004", "0.0000012"),
        ("m-mid", "2026-03-05T12:00Z", "0.0000002", "0.0000006"),
        ("m-small", "2026-03-01T00:00Z", "0.00000005", "0.0000002"),
        ("deepseek-r1", "2026-03-01T00:00Z", "0.00000028", "0.00000042"),
        ("mm-image", "2026-03-01T00:00Z", "0.0000008", "0.000002"),
    ];

    public static async Task SetAsync(RunningHost host)
    {
        foreach (var price in All)
        {
            await host.DataAsync(
                "mutation($input: RateCardInput!) { setRateCard(input: $input) { model } }",
                new
                {
                    input = new
                    {
                        model = price.Model,
                        from = price.From,
                        currency = "USD",
                        rates = new[] { new { unitClass = "uncachedInput", perUnit = price.Input }, new { unitClass = "output", perUnit = price.Output } },
                    },
                });
        }
    }
}
