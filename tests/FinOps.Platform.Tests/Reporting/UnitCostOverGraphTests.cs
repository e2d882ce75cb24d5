using System.Text.Json;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Reporting;

public sealed class UnitCostOverGraphTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const string Report =
        """
        query ($groupBy: [Dimension!]) {
          unitCost(where: { from: "2026-03-02T00:00:00Z", to: "2026-03-03T00:00:00Z", models: ["m"] }, groupBy: $groupBy) {
            rows {
              kind tenant model fleet bucketStart bucketLabel records tokens { inputTotal outputTotal total }
              actualCost charge actualCostPerMillionTokens targetCostPerMillionTokens variancePerMillionTokens
            }
            total { kind actualCost charge records }
            basis currency weightSet completeness { provisional unpricedTokens lastCommitAt }
          }
        }
        """;

    [Fact]
    public async Task Finance_sets_facts_and_asks_what_a_token_cost()
    {
        await host.DataAsync(
            """
            mutation {
              setFleetCost(input: { fleet: "f1", from: "2026-03-02T01:00:00Z", to: "2026-03-02T02:00:00Z", costPerHour: "12.5", currency: "USD" }) { fleet from costPerHour }
              setRateCard(input: { model: "m", from: "2026-03-01T00:00:00Z", currency: "USD", rates: [{ unitClass: "uncachedInput", perMillion: "1" }, { unitClass: "output", perUnit: 0.000002 }] }) { model rates { unitClass perUnit inherited } }
              setTarget(input: { fleet: "f1", model: "m", from: "2026-03-01T00:00:00Z", costPerMillionTokens: 5, currency: "USD" }) { fleet model costPerMillionTokens }
            }
            """, role: "finance");
        await Insert("acme", 1_000_000, 500_000);
        await Insert("globex", 1_000_000, 125_000);

        var all = (await host.DataAsync(Report, new { groupBy = new[] { "TENANT", "DAY" } }, "finance")).GetProperty("unitCost");
        var acme = (await host.DataAsync(Report, new { groupBy = new[] { "TENANT" } }, "acme")).GetProperty("unitCost");

        var row = all.GetProperty("rows")[0];
        Assert.Equal(("USAGE", "acme", "2026-03-02", "2026-03-02T00:00:00Z"), (Text(row, "kind"), Text(row, "tenant"), Text(row, "bucketLabel"), Text(row, "bucketStart")));
        Assert.Equal(12.5m * 3 / 4.5m, decimal.Parse(Text(row, "actualCost"), System.Globalization.CultureInfo.InvariantCulture), 11);
        Assert.Equal(2m, decimal.Parse(Text(row, "charge"), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(1_500_000, row.GetProperty("tokens").GetProperty("total").GetInt64());
        Assert.Equal("TOTAL", Text(all.GetProperty("total"), "kind"));
        Assert.Equal(("ALLOCATION", "USD", "declared-1"), (Text(all, "basis"), Text(all, "currency"), Text(all, "weightSet")));
        var own = Assert.Single(acme.GetProperty("rows").EnumerateArray());
        Assert.Equal(("acme", JsonValueKind.Null), (Text(own, "tenant"), own.GetProperty("actualCost").ValueKind));
    }

    [Fact]
    public async Task A_refused_mutation_names_every_field_and_changes_nothing()
    {
        var answer = await host.GraphAsync(
            """mutation { setFleetCost(input: { fleet: "refused", from: "2026-03-02T01:07:00Z", costPerHour: "-1", currency: "dollars" }) { fleet } }""",
            role: "finance");
        var fleets = await host.DataAsync("{ fleets { id registered cost { costPerHour } costs { from to } } rateCards(model: \"m\") { model } targets { fleet } tenants { id } models { id priced } }");

        Assert.Equal(["costPerHour", "currency", "from"], answer.Errors.Select(e => e.Field!).Order(StringComparer.Ordinal));
        Assert.Contains(answer.Errors, e => e.Message.Contains("2026-03-02T01:15:00Z", StringComparison.Ordinal));
        Assert.DoesNotContain(fleets.GetProperty("fleets").EnumerateArray(), f => f.GetProperty("id").GetString() == "refused");
    }

    [Fact]
    public async Task A_card_says_over_the_graph_all_that_was_set_and_a_bad_one_is_refused_with_every_field()
    {
        const string Shown = "model version from to endsWithoutSuccessor currency modelAliases tenant contract tenants rates { unitClass perMillion inherited contextAboveTokens serviceTier volumeAboveUnits } discounts { serviceTier percent } freeUnitsPerMonth { unitClass units } markupPercent rounding { decimals mode }";
        var set = await host.DataAsync(
            $$"""
            mutation { setRateCard(input: {
              model: "whole", from: "2026-03-01T00:00:00Z", to: "2026-07-01T00:00:00Z", endsWithoutSuccessor: true, currency: "EUR", modelAliases: ["whole-latest"],
              contract: "enterprise", tenants: ["globex", "acme"],
              rates: [{ unitClass: "output", perMillion: 4 }, { unitClass: "output", perMillion: 6, contextAboveTokens: 200000 },
                      { unitClass: "output", perMillion: 9, serviceTier: "priority" }, { unitClass: "output", perMillion: 3, volumeAboveUnits: 1000000 }],
              discounts: [{ serviceTier: "batch", percent: 50 }], freeUnitsPerMonth: [{ unitClass: "output", units: 100000 }],
              rounding: { decimals: 2, mode: HALF_EVEN } }) { {{Shown}} } }
            """, role: "finance");
        var all = await host.DataAsync($$"""{ rateCards(model: "whole") { {{Shown}} } }""", role: "finance");
        var acme = await host.DataAsync("""{ rateCards(model: "whole") { tenants } }""", role: "acme");
        var refused = await host.GraphAsync(
            """
            mutation { setRateCard(input: {
              model: "whole", currency: "dollars", to: "2020-01-01T00:00:00Z", tenant: "acme", contract: "c",
              rates: [{ unitClass: "output", perMillion: -1, contextAboveTokens: 5, serviceTier: "slow" }], markupPercent: 5 }) { model } }
            """, role: "finance");

        Assert.Equal(all.GetProperty("rateCards")[0].GetRawText(), set.GetProperty("setRateCard").GetRawText());
        Assert.Equal(
            [("output", null, null, null, 4m), ("reasoning", null, null, null, 4m), ("audioOutput", null, null, null, 4m), ("output", null, null, 1_000_000L, 3m), ("output", 200_000L, null, null, 6m), ("output", null, "priority", null, 9m)],
            all.GetProperty("rateCards")[0].GetProperty("rates").EnumerateArray().Select(r => (
                Text(r, "unitClass"), Number(r, "contextAboveTokens"), r.GetProperty("serviceTier").GetString(), Number(r, "volumeAboveUnits"),
                decimal.Parse(Text(r, "perMillion"), System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Equal("""["acme"]""", acme.GetProperty("rateCards")[0].GetProperty("tenants").GetRawText());
        Assert.Equal(
            ["contract", "currency", "rates", "rates[0].contextAboveTokens", "rates[0].perMillion", "rates[0].serviceTier", "tenants", "to"],
            refused.Errors.Select(e => e.Field!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("fleet")]
    public async Task Only_finance_and_operators_set_facts(string role)
    {
        var answer = await host.GraphAsync(
            """mutation { setTarget(input: { fleet: "f", model: "m", costPerMillionTokens: 1, currency: "USD" }) { fleet } }""", role: role);

        Assert.Equal("forbidden", Assert.Single(answer.Errors).Code);
    }

    private async Task Insert(string tenant, long input, long output)
    {
        await using var command = host.Database.CreateCommand(
            """
            with s as (insert into finops.series (tenant, model, fleet) values ($1, 'm', 'f1') returning id)
            insert into finops.bucket select id, 1969348, 500000, 1, 0, 0, $2, 0, 0, 0, 0, $3, 0, 0, 1, 0 from s
            """);
        foreach (var value in (object[])[tenant, input, output]) command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static long? Number(JsonElement element, string name) =>
        element.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
