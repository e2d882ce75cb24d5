using FinOps.Platform.Budgets;
using FinOps.Platform.Pricing;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>The budgets that come with the product are in the books after the first start, and what was changed since survives the next.</summary>
public sealed class BudgetCatalogTests(BudgetCatalogTests.CataloguedHost host) : IClassFixture<BudgetCatalogTests.CataloguedHost>
{
    [Fact]
    public async Task The_demos_budgets_are_loaded_once()
    {
        var path = Path.Combine(Repository.Root, "infra/catalog/demo", "budgets.json");
        var inputs = CatalogFile.Entries(path).Select((entry, index) => CatalogFile.Read<CreateBudgetInput>(path, index, entry)).ToList();
        await Eventually.SeeAsync(BudgetsAsync, budgets => budgets.Count == inputs.Count);

        await host.DataAsync("mutation ($id: String!) { closeBudget(id: $id) { closed } }", new { id = inputs[0].Id });
        await host.StopAsync();
        await host.StartAsync();

        Assert.Equal(inputs.Skip(1).Select(i => i.Id!).Order(StringComparer.Ordinal), await BudgetsAsync());
    }

    private async Task<IReadOnlyList<string>> BudgetsAsync() =>
        [.. (await host.DataAsync("{ budgets { id } }")).GetProperty("budgets").EnumerateArray().Select(b => b.GetProperty("id").GetString()!)];

    public sealed class CataloguedHost : RunningHost
    {
        protected override void Configure(WebApplicationBuilder builder) => builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?> { ["Catalog:Path"] = Path.Combine(Repository.Root, "infra/catalog/demo") });
    }
}
