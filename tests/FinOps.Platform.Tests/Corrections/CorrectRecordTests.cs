using System.Text.Json;
using FinOps.Domain.Metering;
using FinOps.Platform.Storage;
using FinOps.Platform.Tests.Fixtures;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static FinOps.Platform.Tests.Corrections.CorrectedHost;

namespace FinOps.Platform.Tests.Corrections;

/// <summary>Single records voided and amended, on real PostgreSQL.</summary>
public sealed class CorrectRecordTests(CorrectedHost host) : IClassFixture<CorrectedHost>
{
    [Fact]
    [Trait("Reliability", "T5")]
    public async Task A_voided_record_counts_nowhere_and_stays_to_be_seen()
    {
        await host.PostAsync("t1", Report("void", "1", 10), Report("void", "2", 5));
        Assert.Equal((2, 60), await host.AgreedAsync("void"));

        var preview = await host.VoidAsync("void", "1", dryRun: true);
        Assert.Equal((false, true, 40L), (preview.GetProperty("changed").GetBoolean(), preview.GetProperty("dryRun").GetBoolean(), preview.GetProperty("tokensBefore").GetInt64()));
        Assert.Equal((2, 60), await host.AgreedAsync("void"));

        var done = await host.VoidAsync("void", "1");
        Assert.True(done.GetProperty("changed").GetBoolean());
        Assert.Equal((1L, 0L, 40L, 0L), Figures(done));
        Assert.Equal((1, 20), await host.AgreedAsync("void"));

        var again = await host.VoidAsync("void", "1");
        Assert.False(again.GetProperty("changed").GetBoolean());
        Assert.Equal(done.GetProperty("correctionId").GetString(), again.GetProperty("correctionId").GetString());
        Assert.Equal((1, 20), await host.AgreedAsync("void"));

        var all = await host.RecordsAsync("void", includeVoided: true, pageSize: 1);
        Assert.Equal(["VOIDED counted by mistake", "LIVE "], all.Select(r => $"{r.GetProperty("state").GetString()} {r.GetProperty("reason").GetString()}"));
        Assert.Equal([JsonValueKind.String, JsonValueKind.Null], all.Select(r => r.GetProperty("voidedAt").ValueKind));
    }

    [Fact]
    [Trait("Reliability", "T5")]
    public async Task An_amended_record_counts_with_its_new_content_in_another_meter_and_month()
    {
        await host.PostAsync("t2", Report("amend", "1", 10), Report("amend", "2", 5));

        var done = await host.AmendAsync("amend", "1", new
        {
            model = "other",
            fleet = "f2",
            occurredAt = "2026-04-01T00:00:00.0000001Z",
            status = "failed",
            quantities = new object[] { new { unitClass = "output", value = 7 }, new { unitClass = "cacheRead" } },
            tags = new[] { new { key = "team", value = "x" } },
        });
        Assert.Equal((1L, 1L, 40L, 7L), Figures(done));
        Assert.Equal(["m 1 0", "other 0 1"], done.GetProperty("meters").EnumerateArray().Select(m =>
            $"{m.GetProperty("model").GetString()} {m.GetProperty("recordsBefore").GetInt64()} {m.GetProperty("recordsAfter").GetInt64()}"));
        Assert.Equal((2, 27), await host.AgreedAsync("amend"));
        Assert.Equal((1, 7), await host.MeterAsync("amend", "other"));

        var all = await host.RecordsAsync("amend", includeVoided: true);
        Assert.Equal(
            ["m REPLACED ok", "m LIVE ok", "other LIVE failed"],
            all.Select(r => $"{r.GetProperty("model").GetString()} {r.GetProperty("state").GetString()} {r.GetProperty("status").GetString()}"));
        Assert.Equal([JsonValueKind.String, JsonValueKind.Null, JsonValueKind.String], all.Select(r => r.GetProperty("amendedAt").ValueKind));
        Assert.Equal("2026-04-01T00:00:00.0000001Z", all[2].GetProperty("occurredAt").GetString());
        Assert.Equal("t2", all[2].GetProperty("backfill").GetString());

        // Left out stays; what is removed goes.
        await host.AmendAsync("amend", "1", new { remove = new[] { "FLEET" } });
        var bare = (await host.RecordsAsync("amend")).Single(r => r.GetProperty("id").GetString() == "1");
        Assert.Equal((JsonValueKind.Null, "failed", 7L), (bare.GetProperty("fleet").ValueKind, bare.GetProperty("status").GetString(), Tokens(bare)));
        Assert.Equal((2, 27), await host.AgreedAsync("amend"));
    }

    [Fact]
    public async Task What_came_first_and_what_it_was_amended_to_are_duplicates_and_anything_else_conflicts()
    {
        await host.PostAsync("t3", Report("keys", "1", 10), Report("keys", "2", 10));
        await host.VoidAsync("keys", "1");
        await host.AmendAsync("keys", "2", Output(11));
        await host.AmendAsync("keys", "2", Output(12));

        Assert.Equal(
            ["duplicate", "conflict:content_differs", "duplicate", "duplicate", "duplicate", "conflict:content_differs"],
            await host.PostAsync(
                "t3b", Report("keys", "1", 10), Report("keys", "1", 11), Report("keys", "2", 10), Report("keys", "2", 11), Report("keys", "2", 12),
                Report("keys", "2", 13)));
        Assert.Equal((1, 48), await host.AgreedAsync("keys"));
    }

    [Fact]
    [Trait("Reliability", "T5")]
    public async Task Corrections_of_corrections_leave_the_last_word()
    {
        await host.PostAsync("t4", Report("chain", "1", 10));
        await host.AmendAsync("chain", "1", Output(11));
        Assert.Equal((1, 44), await host.AgreedAsync("chain"));
        Assert.False((await host.AmendAsync("chain", "1", Output(11))).GetProperty("changed").GetBoolean());
        await host.AmendAsync("chain", "1", new { fleet = "f9" });
        Assert.Equal((1, 44), await host.AgreedAsync("chain"));
        await host.VoidAsync("chain", "1");
        Assert.Equal((0, 0), await host.AgreedAsync("chain"));
        Assert.Equal((0L, 1L, 0L, 48L), Figures(await host.AmendAsync("chain", "1", Output(12))));
        Assert.Equal((1, 48), await host.AgreedAsync("chain"));
        // Forth and back.
        await host.AmendAsync("chain", "1", new { model = "n" });
        await host.AmendAsync("chain", "1", new { model = "m" });
        Assert.Equal((1, 48), await host.AgreedAsync("chain"));
        Assert.Equal(
            ["REPLACED", "REPLACED", "VOIDED", "REPLACED", "LIVE", "REPLACED"],
            (await host.RecordsAsync("chain", includeVoided: true)).Select(r => r.GetProperty("state").GetString()));
        Assert.Equal("0 5", Assert.Single(await host.ColumnAsync("select sum(voided) || ' ' || sum(amended) from finops.ingestion_tally where tenant = 'chain'")));
    }

    [Fact]
    [Trait("Reliability", "T5")]
    public async Task As_of_before_a_correction_the_figures_are_those_of_then()
    {
        await host.PostAsync("t5", Report("asof", "1", 10), Report("asof", "2", 5));
        var before = host.NextHour();
        await host.AmendAsync("asof", "1", Output(100));
        var between = host.NextHour();
        await host.VoidAsync("asof", "2");
        var after = host.NextHour();

        Assert.Equal((2, 60), await host.TotalAsync("asof", before));
        Assert.Equal((2, 420), await host.TotalAsync("asof", between));
        Assert.Equal((1, 400), await host.TotalAsync("asof", after));
        Assert.Equal((1, 400), await host.AgreedAsync("asof"));
    }

    [Fact]
    public async Task Two_voids_at_once_take_back_once()
    {
        await host.PostAsync("t6", [.. Enumerable.Range(0, 10).Select(i => Report("race", $"{i}"))]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => host.VoidAsync("race", $"{i % 10}")));

        Assert.Equal(10, answers.Count(a => a.GetProperty("changed").GetBoolean()));
        Assert.Equal((0, 0), await host.AgreedAsync("race"));
    }

    [Fact]
    public async Task A_meters_totals_are_right_after_corrections_while_records_flow()
    {
        await host.PostAsync("t7", [.. Enumerable.Range(0, 30).Select(i => Report("flow", $"old-{i}", 10))]);
        var flow = Enumerable.Range(0, 40).Select(i => host.PostAsync("t7", [.. Enumerable.Range(0, 5).Select(n => Report("flow", $"{i}-{n}"))]));
        var corrections = Enumerable.Range(0, 30).Select(i => i % 2 == 0
            ? host.VoidAsync("flow", $"old-{i}")
            : host.AmendAsync("flow", $"old-{i}", new { occurredAt = $"2026-0{1 + i % 8}-01T00:00:00Z" }));
        await Task.WhenAll(flow.Cast<Task>().Concat(corrections));

        Assert.Equal((215, 15 * 40 + 200 * 4), await host.AgreedAsync("flow"));
    }

    [Theory]
    [InlineData("voidRecord", "{ tenant: \"nobody\", source: \"s\", id: \"1\", reason: \"r\" }", "record_unknown", "id")]
    [InlineData("voidRecord", "{ tenant: \"nobody\", source: \"s\", id: \"1\", model: \"m\", reason: \"r\" }", "record_unknown", "id")]
    [InlineData("voidRecord", "{ tenant: \"nobody\", source: \"s\", id: \"1\", reason: \" \" }", "reason_invalid", "reason")]
    [InlineData("voidRecord", "{ tenant: \" \", source: \"s\", id: \"1\", reason: \"r\" }", "tenant_invalid", "tenant")]
    [InlineData("amendRecord", "{ tenant: \"nobody\", source: \"s\", id: \"1\", reason: \"r\", content: {} }", "record_unknown", "id")]
    [InlineData("voidBackfill", "{ backfill: \"never\", reason: \"r\" }", "backfill_unknown", "backfill")]
    [InlineData("voidBackfill", "{ backfill: \"\", reason: \"r\" }", "backfill_invalid", "backfill")]
    public async Task What_cannot_be_corrected_is_refused_by_name(string mutation, string input, string code, string field)
    {
        var answer = await host.GraphAsync($"mutation {{ {mutation}(input: {input}) {{ changed }} }}");
        Assert.Equal((code, field), (answer.Errors.Single().Code, answer.Errors.Single().Field));
    }

    [Fact]
    public async Task An_amendment_is_accepted_by_the_same_rules_as_a_record()
    {
        await host.PostAsync("t8", Report("rules", "1"));
        foreach (var (content, code, field) in new (string, string, string)[]
        {
            ("{ quantities: [{ unitClass: \"output\", value: -1 }] }", "quantity_negative", "quantities.output"),
            ("{ quantities: [{ unitClass: \"tokens\", value: 1 }] }", "class_unknown", "quantities.tokens"),
            ("{ occurredAt: \"2126-01-01T00:00:00Z\" }", "occurred_at_ahead", "occurredAt"),
            ("{ status: \"odd\" }", "status_unknown", "status"),
        })
        {
            var answer = await host.GraphAsync(
                $"mutation {{ amendRecord(input: {{ tenant: \"rules\", source: \"s\", id: \"1\", reason: \"r\", content: {content} }}) {{ changed }} }}");
            Assert.Equal((code, field), (answer.Errors.Single().Code, answer.Errors.Single().Field));
        }

        Assert.Equal((1, 4), await host.AgreedAsync("rules"));
    }

    [Fact]
    [Trait("Reliability", "T5")]
    public async Task Nothing_updates_or_deletes_an_event()
    {
        await host.PostAsync("t9", Report("facts", "1"));
        await host.VoidAsync("facts", "1");
        // Serving made its schema itself here, once more: what is ours stays.
        await host.Services.GetRequiredService<SchemaScripts>().ApplyAsync(CancellationToken.None);
        foreach (var sql in new[] { "update finops.mt_events set data = data", "delete from finops.mt_events", "truncate finops.mt_events" })
        {
            // That the role which serves lacks the right is shown in EventsAreFinalTests; who takes it is stopped all the same.
            var taken = $"grant update, delete, truncate on finops.mt_events to current_user; {sql}";
            Assert.Contains("never changed", (await Assert.ThrowsAsync<PostgresException>(() => host.ColumnAsync(taken))).MessageText);
        }

        Assert.Equal(["mt_streams_usage"], await host.ColumnAsync("select indexname from pg_indexes where indexname = 'mt_streams_usage'"));
    }

    [Fact]
    public async Task A_months_stream_that_a_correction_and_a_meter_begin_at_once_fails_nobody()
    {
        await host.PostAsync("t13", [.. Enumerable.Range(0, 12).Select(i => Report("begin", $"{i}"))]);
        for (var month = 1; month <= 12; month++)
        {
            var at = $"2025-{month:00}-15T00:00:00Z";
            var amended = host.AmendAsync("begin", $"{month - 1}", new { occurredAt = at });
            var posted = Eventually.SeeAsync(() => host.TryPostAsync("t13", Report("begin", $"new-{month}", at: at)), status => status != 503);
            await Task.WhenAll(amended, posted);
            Assert.Equal(200, await posted);
        }

        Assert.Equal("24", Assert.Single(await host.ColumnAsync("select sum(records) from finops.bucket b join finops.series s on s.id = b.series where tenant = 'begin'")));
        Assert.Equal((24, 96), await host.MeterAsync("begin", "m"));
    }

    [Fact]
    [Trait("Reliability", "T5")]
    public async Task Random_corrections_of_stored_records_fold_to_the_buckets_and_to_what_is_left()
    {
        var random = new Random(11);
        var left = new Dictionary<string, long>();
        await host.PostAsync("t10", [.. Enumerable.Range(0, 40).Select(i => Report("random", $"{i}", 1 + i, $"m{i % 3}"))]);
        for (var i = 0; i < 40; i++) left[$"{i}"] = 4 * (1 + i);
        for (var i = 0; i < 250; i++)
        {
            var id = $"{random.Next(40)}";
            if (random.Next(3) == 0)
            {
                await host.VoidAsync("random", id);
                left.Remove(id);
                continue;
            }

            var tokens = random.Next(1, 1_000);
            await host.AmendAsync("random", id, new
            {
                model = $"m{random.Next(3)}",
                occurredAt = $"2026-0{random.Next(1, 4)}-1{random.Next(10)}T00:00:00Z",
                quantities = new[] { new { unitClass = "output", value = tokens } },
            });
            left[id] = tokens;
        }

        Assert.Equal((left.Count, left.Values.Sum()), await host.AgreedAsync("random"));
        await using var session = host.Services.GetRequiredService<IDocumentStore>().QuerySession();
        var stored = await session.Events.QueryAllRawEvents().Where(e => e.StreamKey!.StartsWith("usage/random/")).OrderBy(e => e.Sequence).ToListAsync();
        var folded = new Dictionary<BucketKey, Bucket>();
        foreach (var e in stored) LedgerFold.Add(folded, e.Data);
        Assert.Equal(
            folded.Select(b => $"{b.Key.Model} {b.Key.Fleet} {b.Key.Slot.Index} {b.Value.Records} {b.Value.Quantities.Total}").Order(StringComparer.Ordinal),
            (await host.ColumnAsync(
                """
                select concat_ws(' ', model, fleet, slot, sum(records), sum(uncached_input + output))
                from finops.bucket b join finops.series s on s.id = b.series where tenant = 'random'
                group by model, fleet, slot having sum(records) <> 0
                """)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_budgets_spend_follows_what_was_voided()
    {
        await host.DataAsync("mutation { setRateCard(input: { model: \"priced\", from: \"2026-01-01T00:00:00Z\", currency: \"USD\", rates: [{ unitClass: \"uncachedInput\", perMillion: \"1\" }, { unitClass: \"output\", perMillion: \"2\" }] }) { model } }");
        await host.DataAsync("mutation { createBudget(input: { id: \"spend\", tenant: \"spend\", measure: CHARGE, amount: \"1000\", currency: \"USD\", period: { start: \"2026-03-01T00:00:00Z\", end: \"2026-04-01T00:00:00Z\" } }) { id } }");
        await host.PostAsync("t11", Report("spend", "1", 1_000_000, "priced"), Report("spend", "2", 2_000_000, "priced"));
        Assert.Equal(15m, await SpendAsync());
        await host.VoidAsync("spend", "2");
        Assert.Equal(5m, await SpendAsync());

        async Task<decimal> SpendAsync() => decimal.Parse(
            (await host.DataAsync("{ budgets { id spend } }")).GetProperty("budgets").EnumerateArray()
                .Single(b => b.GetProperty("id").GetString() == "spend").GetProperty("spend").GetString()!,
            System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Corrections_are_listed_with_who_when_and_why()
    {
        await host.PostAsync("t12", Report("listed", "1", 2), Report("listed", "2"), Report("listed", "3"));
        await host.VoidAsync("listed", "1");
        await host.AmendAsync("listed", "2", new { model = "n" });
        await host.VoidBackfillAsync("t12", tenant: "listed");

        const string query =
            "query($a: String, $w: CorrectionFilter) { corrections(where: $w, first: 2, after: $a) { nodes { by kind reason recordId backfill tenant recordsBefore recordsAfter tokensBefore meters { model recordsBefore recordsAfter } recordedAt } pageInfo { endCursor hasNextPage } } }";
        var where = new { tenants = new[] { "listed" } };
        var page = (await host.DataAsync(query, new { w = where }, "finance")).GetProperty("corrections");
        Assert.Equal(
            ["finance VOID_RECORD counted by mistake 1 1 0 8", "finance AMEND_RECORD measured anew 2 1 1 4"],
            page.GetProperty("nodes").EnumerateArray().Select(c =>
                $"{c.GetProperty("by")} {c.GetProperty("kind")} {c.GetProperty("reason")} {c.GetProperty("recordId")} {c.GetProperty("recordsBefore")} {c.GetProperty("recordsAfter")} {c.GetProperty("tokensBefore")}"));
        Assert.Equal(2, page.GetProperty("nodes")[1].GetProperty("meters").GetArrayLength());
        var rest = (await host.DataAsync(query, new { w = where, a = page.GetProperty("pageInfo").GetProperty("endCursor").GetString() }, "finance")).GetProperty("corrections");
        var last = Assert.Single(rest.GetProperty("nodes").EnumerateArray());
        Assert.Equal(
            ("operator", "VOID_BACKFILL", "t12", 2L),
            (last.GetProperty("by").GetString(), last.GetProperty("kind").GetString(), last.GetProperty("backfill").GetString(), last.GetProperty("recordsBefore").GetInt64()));
        Assert.Single((await host.DataAsync(query, new { w = new { tenants = new[] { "listed" }, kinds = new[] { "VOID_BACKFILL" }, backfills = new[] { "t12" } } }))
            .GetProperty("corrections").GetProperty("nodes").EnumerateArray());
    }

    private static object Output(long output) => new
    {
        quantities = new[] { new { unitClass = "output", value = output }, new { unitClass = "uncachedInput", value = output * 3 } },
    };

    private static (long, long, long, long) Figures(JsonElement report) => (
        report.GetProperty("recordsBefore").GetInt64(), report.GetProperty("recordsAfter").GetInt64(),
        report.GetProperty("tokensBefore").GetInt64(), report.GetProperty("tokensAfter").GetInt64());
}
