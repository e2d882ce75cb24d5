using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Publishing;

/// <summary>Budgets of a trace's tenants, held to the crossings that were computed elsewhere.</summary>
internal sealed class CrossingAnswers(RunningHost host, string file)
{
    private static readonly object Period = new { start = "2026-03-01T00:00Z", end = "2026-03-10T00:00Z" };

    private readonly List<string[]> rows = Rows(file);

    /// <summary>The budgets, before the first record comes.</summary>
    public async Task CreateAsync()
    {
        foreach (var (tenant, amount) in rows.Select(r => (r[0], r[1])).Distinct()) await CreateAsync($"of-{tenant}", tenant, amount);
    }

    /// <summary>What fired while the records came, which records they were, and what a budget says that is created now.</summary>
    public async Task CheckAsync()
    {
        await Eventually.SeeAsync(async () => (await AlertsAsync("of-")).Count, count => count >= rows.Count);
        Assert.Equal(
            rows.Select(r => $"{r[0]} {r[2]} {r[4]} {r[3]} {r[5]} {Number(r[6])}").Order(StringComparer.Ordinal),
            (await AlertsAsync("of-")).Select(a => $"{a.Text} {Record(a.Alert.GetProperty("crossing"))}").Order(StringComparer.Ordinal));

        var budgets = (await host.DataAsync(
            "{ budgets { tenant crossingsByEventTime { thresholdPercent source id occurredAt cumulative } } }", role: "finance")).GetProperty("budgets");
        Assert.Equal(
            rows.Select(r => $"{r[0]} {r[2]} {r[4]} {r[3]} {r[5]} {Number(r[6])}").Order(StringComparer.Ordinal),
            budgets.EnumerateArray().SelectMany(b => b.GetProperty("crossingsByEventTime").EnumerateArray()
                .Select(c => $"{b.GetProperty("tenant")} {c.GetProperty("thresholdPercent")} {Record(c)}")).Order(StringComparer.Ordinal));

        var first = rows[0];
        await CreateAsync("afterwards", first[0], first[1]);
        var afterwards = await AlertsAsync("afterwards");
        Assert.Equal(
            rows.Where(r => r[0] == first[0]).Select(r => $"{r[0]} {r[2]}").Order(StringComparer.Ordinal),
            afterwards.Select(a => a.Text).Order(StringComparer.Ordinal));
        Assert.All(afterwards, a => Assert.Equal("SUPPRESSED", a.Alert.GetProperty("status").GetString()));
    }

    private Task<JsonElement> CreateAsync(string id, string tenant, string amount) => host.DataAsync(
        "mutation ($input: CreateBudgetInput!) { createBudget(input: $input) { id } }",
        new { input = new { id, tenant, amount, currency = "USD", period = Period } }, "finance");

    private async Task<List<(string Text, JsonElement Alert)>> AlertsAsync(string budgets)
    {
        var alerts = (await host.DataAsync(
            "{ alerts { budgetId tenant thresholdPercent status crossing { source id occurredAt cumulative } } }", role: "finance")).GetProperty("alerts");
        return [.. alerts.EnumerateArray().Where(a => a.GetProperty("budgetId").GetString()!.StartsWith(budgets, StringComparison.Ordinal))
            .Select(a => ($"{a.GetProperty("tenant")} {a.GetProperty("thresholdPercent")}", a))];
    }

    private static string Record(JsonElement crossing) => string.Create(
        CultureInfo.InvariantCulture,
        $"{crossing.GetProperty("source")} {crossing.GetProperty("id")} {crossing.GetProperty("occurredAt").GetDateTimeOffset():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {Number(crossing.GetProperty("cumulative").GetString()!)}");

    /// <summary>Without trailing zeros: the file keeps whatever the arithmetic gave.</summary>
    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture) / 1.0000000000000000000000000000m;

    private static List<string[]> Rows(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(RecordedTraces.File(file)), CompressionMode.Decompress));
        reader.ReadLine();
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line) rows.Add(line.Split(','));
        return rows;
    }
}
