using System.CommandLine;
using System.Globalization;
using FinOps.Host.Commands;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.CostImports;

public sealed class ImportCommandTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const string Focus =
        """
        ChargePeriodStart,ChargePeriodEnd,BillingPeriodStart,BillingPeriodEnd,EffectiveCost,BillingCurrency,ChargeCategory,ProviderName,ServiceName,Tags
        2026-03-01 00:00:00,2026-03-01 01:00:00,2026-03-01,2026-04-01,12.5,USD,Usage,AWS,EC2,"{""cluster"": ""h100""}"
        2026-03-01 00:00:00,2026-03-01 01:00:00,2026-03-01,2026-04-01,0.25,USD,Usage,AWS,S3,NULL
        """;

    [Fact]
    public async Task A_file_is_first_told_then_applied_and_again_changes_nothing()
    {
        var file = await FileAsync(Focus);
        var map = await FileAsync("""{ "rules": [{ "when": { "Tags.cluster": "h100" }, "fleet": "cli", "notes": "the cluster" }] }""");

        var told = await RunAsync(file, "--map", map);
        Assert.Equal((0, ""), (told.Code, told.Error));
        Assert.Contains("fleet cli (not known so far): 1 rows, 12.5 USD for 1 hours", told.Output, StringComparison.Ordinal);
        Assert.Contains("UNMAPPED, not imported: 1 rows, 0.25 USD", told.Output, StringComparison.Ordinal);
        Assert.Contains("--apply does it", told.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("cli", (await host.DataAsync("{ fleets { id } }", role: "finance")).ToString(), StringComparison.Ordinal);

        var applied = await RunAsync(file, "--map", map, "--apply", "--json");
        Assert.Contains("""
            "changed":true
            """, applied.Output, StringComparison.Ordinal);
        var again = await RunAsync(file, "--map", map, "--apply");
        Assert.Contains("nothing new: import", again.Output, StringComparison.Ordinal);

        var cost = (await host.DataAsync(
            """{ fleetCost(from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z", fleets: ["cli"]) { rows { line kind cost } } costImports { nodes { by counting report { unmappedAmount fileDigest } } } }""", role: "finance"));
        var row = cost.GetProperty("fleetCost").GetProperty("rows").EnumerateArray().Single();
        Assert.Equal(("AWS", "ACTUAL", 12.5m), (row.GetProperty("line").GetString(), row.GetProperty("kind").GetString(), decimal.Parse(row.GetProperty("cost").GetString()!, CultureInfo.InvariantCulture)));
        var import = cost.GetProperty("costImports").GetProperty("nodes").EnumerateArray().Single();
        Assert.Equal(("finance", true, "0.25"), (import.GetProperty("by").GetString(), import.GetProperty("counting").GetBoolean(), import.GetProperty("report").GetProperty("unmappedAmount").GetString()));
    }

    [Theory]
    [InlineData("fleet;line;from\n", "'line'")]
    [InlineData("fleet,line,from,to,amount,currency\nh,l,2026-03-01,2026-03-02,x,USD\n", "rows[1].amount: Row 1, column 'amount': 'x' is no amount")]
    [InlineData(Focus, "map: A FOCUS file names no fleets")]
    public async Task A_file_that_is_refused_says_where_and_what_to_do(string text, string why)
    {
        var run = await RunAsync(await FileAsync(text), "--apply");

        Assert.Equal(1, run.Code);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_map_with_a_misspelt_key_and_a_key_that_may_not_import_are_told()
    {
        var file = await FileAsync(Focus);

        Assert.Contains("'fleets' is unknown", (await RunAsync(file, "--map", await FileAsync("""{ "rules": [{ "fleets": "h" }] }"""))).Error, StringComparison.Ordinal);
        Assert.Contains("403", (await RunAsync(file, "--fleet", "h", "--key", host.Keys["acme"])).Error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] key = words.Contains("--key") ? [] : ["--key", host.Keys["finance"]];
        var code = await new RootCommand { Apply.Fleets() }.Parse(["fleets", "import", .. words, "--url", host.Url.ToString(), .. key])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    private static async Task<string> FileAsync(string text)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }
}
