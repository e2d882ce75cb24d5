using System.Text.Json;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Fleets;

/// <summary>A fleet's size and cost lines, set and asked through GraphQL.</summary>
public sealed class CostLinesTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const string Lines =
        """
        mutation {
          size: setFleetSize(input: { fleet: "h", from: "2026-03-02T00:00:00Z", accelerator: "H100", count: 6 }) { count }
          more: setFleetSize(input: { fleet: "h", from: "2026-03-02T02:00:00Z", accelerator: "H100", count: "9.5" }) { count }
          committed: setCostLine(input: { fleet: "h", line: "reserved", kind: COMMITTED, from: "2026-03-02T00:00:00Z", currency: "USD", count: 8, pricePerAcceleratorHour: "1.25" }) { line }
          demand: setCostLine(input: { fleet: "h", line: "on demand", kind: ON_DEMAND, from: "2026-03-02T00:00:00Z", to: "2026-03-02T03:00:00Z", currency: "USD", pricePerAcceleratorHour: 2 }) { line }
          power: setCostLine(input: { fleet: "h", line: "power", kind: POWER, from: "2026-03-02T00:00:00Z", to: "2026-03-02T03:00:00Z", currency: "USD", kilowattsPerAccelerator: "0.8", powerUsageEffectiveness: "1.25", pricePerKilowattHour: "0.1" }) { line kilowattsPerAccelerator percent }
          gateway: setCostLine(input: { fleet: "gateway", line: "machines", kind: HOURLY, from: "2026-03-02T00:00:00Z", to: "2026-03-02T03:00:00Z", currency: "USD", shared: true, costPerHour: "0.3" }) { shared to }
          end: setCostLine(input: { fleet: "h", line: "reserved", kind: HOURLY, from: "2026-03-02T03:00:00Z", to: "2026-03-02T03:15:00Z", currency: "USD", costPerHour: 0 }) { line }
        }
        """;

    [Fact]
    public async Task Lines_add_up_hour_by_hour_and_to_the_rows_of_the_report()
    {
        await host.DataAsync(Lines, role: "finance");
        await InsertAsync("acme", "m", "h", slot: "2026-03-02T01:00:00Z");

        var cost = (await host.DataAsync(
            """
            { fleetCost(from: "2026-03-02T00:00:00Z", to: "2026-03-02T04:00:00Z", per: HOUR) {
              rows { fleet bucketLabel line kind unused shared cost } total currency uncoveredAcceleratorHours } }
            """, role: "finance")).GetProperty("fleetCost");
        var report = (await host.DataAsync(
            """
            { unitCost(where: { from: "2026-03-02T00:00:00Z", to: "2026-03-02T04:00:00Z" }, groupBy: [FLEET, HOUR]) {
              rows { kind fleet bucketLabel actualCost } total { actualCost } } }
            """, role: "finance")).GetProperty("unitCost");

        // 8 are committed to at 1.25 = 10.00; 6 are there, so 2.50 of it is unused, until 9.5 are and 1.5 come on demand at 2 = 3.00.
        // Power: 0.8 kW × 1.25 × 0.10 = 0.10 for each.
        Assert.Equal(
            [
                "gateway 2026-03-02T00:00Z machines HOURLY False True 0.3", "gateway 2026-03-02T01:00Z machines HOURLY False True 0.3",
                "gateway 2026-03-02T02:00Z machines HOURLY False True 0.3",
                "h 2026-03-02T00:00Z on demand ON_DEMAND False False 0", "h 2026-03-02T00:00Z power POWER False False 0.6",
                "h 2026-03-02T00:00Z reserved COMMITTED False False 7.5", "h 2026-03-02T00:00Z reserved COMMITTED True False 2.5",
                "h 2026-03-02T01:00Z on demand ON_DEMAND False False 0", "h 2026-03-02T01:00Z power POWER False False 0.6",
                "h 2026-03-02T01:00Z reserved COMMITTED False False 7.5", "h 2026-03-02T01:00Z reserved COMMITTED True False 2.5",
                "h 2026-03-02T02:00Z on demand ON_DEMAND False False 3", "h 2026-03-02T02:00Z power POWER False False 0.95",
                "h 2026-03-02T02:00Z reserved COMMITTED False False 10", "h 2026-03-02T03:00Z reserved HOURLY False False 0",
            ],
            cost.GetProperty("rows").EnumerateArray().Select(r => string.Join(
                ' ', Text(r, "fleet"), Text(r, "bucketLabel").Replace("+00:00", "Z", StringComparison.Ordinal), Text(r, "line"), Text(r, "kind"), r.GetProperty("unused").GetBoolean(),
                r.GetProperty("shared").GetBoolean(), Short(Text(r, "cost")))));
        Assert.Equal("36.05", Short(Text(cost, "total")));
        Assert.Equal("0", Short(Text(cost, "uncoveredAcceleratorHours")));
        Assert.Equal("36.05", Short(Text(report.GetProperty("total"), "actualCost")));
        Assert.Equal(
            ["SHARED gateway 0.3", "SHARED gateway 0.3", "SHARED gateway 0.3", "IDLE h 10.6", "USAGE h 10.6", "IDLE h 13.95"],
            report.GetProperty("rows").EnumerateArray().Select(r => $"{Text(r, "kind")} {Text(r, "fleet")} {Short(Text(r, "actualCost"))}"));
    }

    [Theory]
    [InlineData("""{ fleet: "n", line: "l", kind: ON_DEMAND, from: "2026-03-02T00:00:00Z", currency: "USD", pricePerAcceleratorHour: 2 }""", "fleet_size_missing", "fleet")]
    [InlineData("""{ fleet: "n", line: "l", kind: SPOT, from: "2026-03-02T00:00:00Z", currency: "USD", pricePerAcceleratorHour: 2 }""", "field_missing", "count")]
    [InlineData("""{ fleet: "n", line: "l", kind: HOURLY, from: "2026-03-02T00:00:00Z", currency: "USD", costPerHour: 1, percent: 2 }""", "field_unexpected", "percent")]
    [InlineData("""{ fleet: "n", line: "l", kind: HOURLY, from: "2026-03-02T00:05:00Z", currency: "USD", costPerHour: 1 }""", "off_boundary", "from")]
    public async Task A_line_that_cannot_be_is_refused_and_nothing_is_recorded(string line, string code, string field)
    {
        var answer = await host.GraphAsync($"mutation {{ setCostLine(input: {line}) {{ line }} }}", role: "finance");

        var error = Assert.Single(answer.Errors);
        Assert.Equal((code, field), (error.Code, error.Field));
        var fleets = await host.DataAsync("{ fleets { id } }");
        Assert.DoesNotContain(fleets.GetProperty("fleets").EnumerateArray(), f => f.GetProperty("id").GetString() == "n");
    }

    [Fact]
    public async Task A_tenant_sees_no_cost_lines()
    {
        var answer = await host.GraphAsync("""{ fleetCost(from: "2026-03-02T00:00:00Z", to: "2026-03-02T04:00:00Z") { total } }""", role: "acme");

        Assert.Equal("forbidden", Assert.Single(answer.Errors).Code);
    }

    private async Task InsertAsync(string tenant, string model, string fleet, string slot)
    {
        await using var command = host.Database.CreateCommand(
            """
            with s as (insert into finops.series (tenant, model, fleet) values ($1, $2, $3) returning id)
            insert into finops.bucket select id, extract(epoch from $4::timestamptz)::bigint / 900, 500000, 1, 0, 0, 1000, 0, 0, 0, 0, 500, 0, 0, 1, 0 from s
            """);
        foreach (var value in (object[])[tenant, model, fleet, DateTimeOffset.Parse(slot, System.Globalization.CultureInfo.InvariantCulture)])
            command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static string Short(string amount) =>
        (decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture) / 1.0000000000000000000000000000m).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
