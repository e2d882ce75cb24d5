using System.Globalization;
using FinOps.Chaos.Platform;

namespace FinOps.Chaos.Load;

/// <summary>Gives the models their prices, before or after their usage.</summary>
internal static class RateCards
{
    public static async Task SetAsync(OwnPlatform platform, RoleProcess api)
    {
        foreach (var price in Price.All)
        {
            await platform.AskAsync(
                api,
                "mutation($input: RateCardInput!) { setRateCard(input: $input) { model } }",
                new
                {
                    input = new
                    {
                        model = price.Model,
                        from = price.From.ToString("O", CultureInfo.InvariantCulture),
                        currency = "USD",
                        rates = new[] { Rate("uncachedInput", price.Input), Rate("output", price.Output) },
                    },
                });
        }

        static object Rate(string unitClass, decimal perUnit) => new { unitClass, perUnit = perUnit.ToString(CultureInfo.InvariantCulture) };
    }
}
