using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Currencies;
using FinOps.Platform.Reporting;
using FinOps.Platform.Tenants;
using FinOps.Platform.Tests.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Tenants;

public sealed class TenantTests
{
    [Fact]
    public async Task Each_tenant_has_days_and_months_of_its_own()
    {
        await using var house = await CostHouse.OpenAsync("2026-05-01T00:00:00Z");
        await RegisterAsync(house, new TenantInput { Tenant = "york", TimeZone = "America/New_York", From = CostHouse.At("2026-01-01T00:00:00Z") });
        await RegisterAsync(house, new TenantInput { Tenant = "kathmandu", TimeZone = "Asia/Kathmandu", MonthStartsOnDay = 15, From = CostHouse.At("2026-01-01T00:00:00Z") });
        // 04:45 UTC of the 9th is 00:45 of the 9th in New York in summer time, whose 8th had 23 hours, and 10:30 of the 9th in Kathmandu.
        foreach (var tenant in new[] { "york", "kathmandu", "plain" })
        {
            await house.UsedAsync(tenant, "m", "f", "2026-03-09T03:45:00Z", 1, 0);
            await house.UsedAsync(tenant, "m", "f", "2026-03-09T04:45:00Z", 10, 0);
            await house.UsedAsync(tenant, "m", "f", "2026-03-14T18:15:00Z", 100, 0);
        }

        var days = await house.AskAsync("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", [Dimension.Tenant, Dimension.Day], "TENANT");
        var months = await house.AskAsync("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", [Dimension.Tenant, Dimension.Month], "TENANT");

        Assert.Equal(
            [
                ("kathmandu", "2026-03-09", 11), ("kathmandu", "2026-03-15", 100), ("plain", "2026-03-09", 11), ("plain", "2026-03-14", 100),
                ("york", "2026-03-08", 1), ("york", "2026-03-09", 10), ("york", "2026-03-14", 100),
            ],
            days.Rows.Select(r => (r.Tenant, r.BucketLabel, r.Tokens.Total)));
        Assert.Equal(
            [("kathmandu", "2026-02", 11), ("kathmandu", "2026-03", 100), ("plain", "2026-03", 111), ("york", "2026-03", 111)],
            months.Rows.Select(r => (r.Tenant, r.BucketLabel, r.Tokens.Total)));
        Assert.Equal(CostHouse.At("2026-03-14T18:15:00Z"), months.Rows[1].BucketStart);
        Assert.Equal("Asia/Kathmandu", (await house.AskAsync("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", [Dimension.Day], "TENANT", tenants: ["kathmandu"])).TimeZone);
        Assert.Equal("time_zone_ambiguous", await RefusedAsync(() => house.AskAsync("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", [Dimension.Day], "TENANT")));
    }

    [Fact]
    public async Task A_tenant_is_shown_its_own_currency()
    {
        await using var house = await CostHouse.OpenAsync("2026-05-01T00:00:00Z");
        await house.RateAsync("m", "2026-01-01T00:00:00Z", 2, 4);
        await RegisterAsync(house, new TenantInput { Tenant = "berlin", Currency = "EUR", From = CostHouse.At("2026-01-01T00:00:00Z") });
        await house.UsedAsync("berlin", "m", "f", "2026-03-01T00:00:00Z", 1_000_000, 0);
        await ExchangeMutations.SetExchangeRate(
            new ExchangeRateInput { Source = "USD", Target = "EUR", From = CostHouse.At("2026-03-01T00:00:00Z"), Rate = 0.9m },
            house.Record, house.Clock, CostHouse.Finance, CostHouse.Cancellation);

        var own = await house.AskAsync("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", tenants: ["berlin"], currency: "TENANT");
        var before = await RefusedAsync(() => house.AskAsync("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", tenants: ["berlin"], currency: "GBP"));

        Assert.Equal(("EUR", 1.8m), (own.Currency, own.Total.Charge));
        Assert.Equal(("USD", "EUR", 0.9m), own.ExchangeRates.Select(r => (r.Source, r.Target, r.Rate)).Single());
        Assert.Equal("exchange_rate_missing", before);
        Assert.Equal("currency_invalid", await RefusedAsync(() => house.AskAsync("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", currency: "euro")));
        Assert.Equal("currency_ambiguous", await RefusedAsync(() => house.AskAsync("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", currency: "TENANT")));
    }

    [Fact]
    public async Task The_registry_lists_who_is_registered_and_who_only_used_tokens()
    {
        await using var house = await CostHouse.OpenAsync("2026-05-01T00:00:00Z");
        await house.UsedAsync("seen", "m", "f", "2026-03-01T00:00:00Z", 1, 0);
        await RegisterAsync(house, new TenantInput { Tenant = "acme", DisplayName = "Acme GmbH", ShowsCost = true });
        await RegisterAsync(house, new TenantInput { Tenant = "acme", DisplayName = "Acme SE", From = CostHouse.At("2027-01-01T00:00:00Z") });

        var tenants = await TenantQueries.Tenants(
            house.Services.GetRequiredService<SeenSeries>(), house.Books, house.Clock, CostHouse.Finance, CostHouse.Cancellation);

        Assert.Equal([("acme", true, "Acme GmbH", true), ("seen", false, "seen", false)], tenants.Select(t => (t.Id, t.Registered, t.DisplayName, t.ShowsCost)));
        Assert.Equal(["Acme GmbH", "Acme SE"], tenants[0].Profiles.Select(p => p.DisplayName));
    }

    [Fact]
    public async Task A_contract_shows_cost_from_its_date_on_and_only_where_all_of_a_keys_tenants_have_it()
    {
        await using var house = await CostHouse.OpenAsync("2026-05-01T00:00:00Z");
        await RegisterAsync(house, new TenantInput { Tenant = "open", ShowsCost = true, From = CostHouse.At("2026-06-01T00:00:00Z") });
        var contracts = house.Services.GetRequiredService<IContracts>();
        TenantId open = new("open"), other = new("other");

        Assert.False(await contracts.ShowCostAsync([open], CostHouse.Cancellation));
        house.Clock.Now = CostHouse.At("2026-06-01T00:00:00Z");
        Assert.True(await contracts.ShowCostAsync([open], CostHouse.Cancellation));
        Assert.False(await contracts.ShowCostAsync([open, other], CostHouse.Cancellation));
    }

    private static Task<TenantView> RegisterAsync(CostHouse house, TenantInput input) =>
        TenantMutations.SetTenant(input, house.Record, house.Books, house.Clock, CostHouse.Finance, CostHouse.Cancellation);

    private static async Task<string> RefusedAsync(Func<Task> asked) =>
        (await Assert.ThrowsAsync<RejectedException>(asked)).Rejections.Single().Code;
}
