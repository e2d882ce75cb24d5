using System.Text.Json;
using System.Text.RegularExpressions;
using FinOps.Domain.Reporting;
using FinOps.Domain.Tenants;
using FinOps.Host.Benchmarks;
using FinOps.Platform.Access;
using FinOps.Platform.Reporting;
using FinOps.Platform.Tests.Corrections;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Reporting;

/// <summary>The questions of docs/questions.md over GraphQL, on records that were really reported, beside the same from every quarter-hour.</summary>
public sealed class QuestionsTests(CorrectedHost host) : IClassFixture<CorrectedHost>
{
    private static readonly IReadOnlyList<AskedQuestion> Questions = AskedQuestion.ReadAll(Path.Combine(Repository.Root, "docs/questions.md"));

    private static readonly Viewer Finance = new("finance", ViewerRole.Finance, null, SeesCost: true);

    [Fact]
    public async Task Each_question_is_answered_from_roll_ups_as_from_every_quarter_hour_also_after_corrections()
    {
        Assert.Equal(10, Questions.Count);
        foreach (var facts in QuestionSet.Facts().Chunk(20))
            await host.DataAsync($"mutation {{ {string.Join(' ', facts.Select((f, i) => $"f{i}: {f}"))} }}", role: "finance");
        await ReportAsync(400, "all");
        await CompareAllAsync();

        await ReportAsync(60, "late");
        await host.VoidAsync("tenant-007", "all-7");
        await host.AmendAsync("tenant-042", "all-42", new { fleet = "fleet-b", quantities = new[] { new { unitClass = "output", value = 9_999 } } });
        await host.VoidBackfillAsync("late", tenant: "tenant-001");
        await host.DataAsync("mutation { setRateCard(input: { model: \"model-9\", from: \"2026-05-20T00:00Z\", currency: \"USD\", rates: [{ unitClass: \"output\", perMillion: \"7\" }] }) { model } }", role: "finance");
        await CompareAllAsync();

        await using (var broken = host.Database.CreateCommand(
            """
            with noted as (insert into finops.usage_change (fleet, hour) select fleet, slot >> 2 from finops.bucket b join finops.series s on s.id = b.series)
            update finops.bucket set output = output + 1, records = records + 1
            """))
            await broken.ExecuteNonQueryAsync();
        await CompareAllAsync();
        await host.Services.GetRequiredService<Platform.Reconciliation.RebuildBuckets>().RunAsync(write: true, _ => { }, CancellationToken.None);
        await CompareAllAsync();
    }

    private async Task CompareAllAsync()
    {
        foreach (var question in Questions)
        {
            var answer = (await host.DataAsync(question.Query, role: "finance")).GetProperty("unitCost");
            var (asked, now) = (Asked(question), host.Services.GetRequiredService<TimeProvider>().GetUtcNow());
            Assert.True(
                await host.Services.GetRequiredService<RollUps>().AskAsync(asked, now.AddHours(-2), CancellationToken.None) is not null,
                $"question {question.Number} was not answered from roll-ups");
            var expected = JsonSerializer.SerializeToElement(
                await host.Services.GetRequiredService<UnitCostReports>().FromBucketsAsync(asked, CancellationToken.None), Words);
            Assert.NotEmpty(answer.GetProperty("rows").EnumerateArray());
            AssertHolds(expected, answer, $"question {question.Number}");
        }
    }

    /// <summary>Everything that was answered is in the report, figure by figure; a question asks for some of it.</summary>
    private static void AssertHolds(JsonElement expected, JsonElement answer, string where)
    {
        switch (answer.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var field in answer.EnumerateObject()) AssertHolds(expected.GetProperty(field.Name), field.Value, $"{where}.{field.Name}");
                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), answer.GetArrayLength());
                for (var i = 0; i < answer.GetArrayLength(); i++) AssertHolds(expected[i], answer[i], $"{where}[{i}]");
                break;
            default:
                Assert.Equal((where, Plain(expected)), (where, Plain(answer)));
                break;
        }
    }

    /// <summary>Decimals are strings in GraphQL, and kinds are written in capitals.</summary>
    private static string Plain(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var instant) ? $"{instant:O}" : value.ToString().ToUpperInvariant();

    private static AskedUnitCost Asked(AskedQuestion question)
    {
        var where = new UsageFilter { From = question.From, To = question.To, Tenants = Names("tenants") is { Count: > 0 } tenants ? tenants : null };
        var zone = Regex.Match(question.Query, "timeZone: \"([^\"]+)\"");
        return AskedUnitCost.Of(
            new UnitCostArguments(
                where, [.. Names("groupBy").Select(d => Enum.Parse<Dimension>(d, ignoreCase: true))], TimeZone: zone.Success ? zone.Groups[1].Value : "UTC"),
            Finance, TenantBook.Empty, TimeProvider.System.GetUtcNow());

        List<string> Names(string list) =>
            [.. Regex.Match(question.Query, $@"{list}: \[([^\]]*)\]").Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(n => n.Trim('"'))];
    }

    /// <summary>Spread over the quarter, so that each question has something to tell.</summary>
    private async Task ReportAsync(int count, string backfill)
    {
        var random = new Random(count);
        var records = Enumerable.Range(0, count).Select(i => CorrectedHost.Report(
            QuestionSet.Tenant(i % 10 == 7 ? 7 : i % 10 == 2 ? 42 : i % 10), $"{backfill}-{i}", random.Next(1, 900), QuestionSet.Model(random.Next(QuestionSet.Models)),
            i % 25 == 0 ? null : QuestionSet.Fleets[random.Next(4)],
            QuestionSet.Start.AddMinutes(i % 5 == 0 ? (91 * 1_440) + random.Next(1_440) : random.Next(92 * 1_440)).ToString("O")));
        Assert.All(await host.PostAsync(backfill, [.. records]), verdict => Assert.Equal("accepted", verdict));
    }

    private static readonly JsonSerializerOptions Words = new(JsonSerializerDefaults.Web) { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };
}
