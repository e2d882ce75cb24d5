using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FinOps.Domain.Values;
using FinOps.Platform.Tests.Fixtures;

namespace FinOps.Platform.Tests.Reratings;

/// <summary>What docs/rerating.md says can be asked, and answers with the figures of its table.</summary>
public sealed partial class ReratingDocumentTests(RunningHost host) : IClassFixture<RunningHost>
{
    private const string Facts =
        """
        mutation {
          setFleetCost(input: { fleet: "f1", from: "2026-03-02T14:00:00Z", to: "2026-03-02T16:00:00Z", costPerHour: "10", currency: "USD" }) { fleet }
          setRateCard(input: { model: "m", from: "2026-03-01T00:00:00Z", currency: "USD", reason: "the list of March",
            rates: [{ unitClass: "uncachedInput", perMillion: "1" }, { unitClass: "output", perMillion: "2" }] }) { model }
        }
        """;

    [Fact]
    public async Task Every_question_of_the_document_is_answered_and_the_table_is_right()
    {
        await host.DataAsync(Facts, role: "finance");
        await InsertAsync("acme", output: 500_000);
        await InsertAsync("globex", output: 0);
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "rerating.md"), TestContext.Current.CancellationToken);

        var answers = new List<JsonElement>();
        foreach (Match block in Blocks().Matches(text))
        {
            foreach (var question in block.Groups[1].Value.Split("\n{", StringSplitOptions.RemoveEmptyEntries))
                answers.Add(await host.DataAsync(question.StartsWith('{') ? question : "{" + question, role: "finance"));
        }

        var preview = answers[0].GetProperty("previewRerating");
        Assert.Equal(
            ["acme 2>2.5 7.5>9", "globex 1>1 2.5>3", " > 10>12"],
            preview.GetProperty("rows").EnumerateArray().Select(r => $"{r.GetProperty("tenant").GetString()} {Moved(r, "charge")} {Moved(r, "actualCost")}"));
        Assert.Equal((2, 1), (preview.GetProperty("atomsMoved").GetInt32(), preview.GetProperty("idleHoursMoved").GetInt32()));
        var change = Assert.Single(answers[1].GetProperty("bookChanges").GetProperty("nodes").EnumerateArray());
        Assert.Equal(("finance", "the list of March"), (change.GetProperty("by").GetString(), change.GetProperty("reason").GetString()));
        Assert.Empty(answers[2].GetProperty("reratings").GetProperty("nodes").EnumerateArray());
        var whatIf = answers[3].GetProperty("whatIf");
        Assert.Equal("by tokens", whatIf.GetProperty("assumed").GetProperty("weightSet").GetString());
        Assert.Equal(
            ["acme -1.5", "globex 1.5", " 0"],
            whatIf.GetProperty("differences").EnumerateArray().Select(d => $"{d.GetProperty("tenant").GetString()} {Short(d.GetProperty("actualCost"))}"));
    }

    private async Task InsertAsync(string tenant, long output)
    {
        await using var command = host.Database.CreateCommand(
            """
            with s as (insert into finops.series (tenant, model, fleet) values ($1, 'm', 'f1') returning id)
            insert into finops.bucket select id, $2, $3, 1, 0, 0, 1000000, 0, 0, 0, 0, $4, 0, 0, 1, 0 from s
            """);
        var slot = QuarterHour.Holding(new DateTimeOffset(2026, 3, 2, 14, 0, 0, TimeSpan.Zero));
        foreach (var value in (object[])[tenant, slot.Index, slot.Hour, output]) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static string Moved(JsonElement row, string amount) =>
        $"{Short(row.GetProperty(amount).GetProperty("before"))}>{Short(row.GetProperty(amount).GetProperty("after"))}";

    private static string Short(JsonElement amount) => amount.ValueKind == JsonValueKind.Null
        ? ""
        : decimal.Parse(amount.GetString()!, CultureInfo.InvariantCulture).ToString("0.############", CultureInfo.InvariantCulture);

    [GeneratedRegex("```graphql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
