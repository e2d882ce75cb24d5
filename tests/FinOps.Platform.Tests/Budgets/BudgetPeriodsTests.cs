using System.Text.Json;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Budgets;
using FinOps.Platform.Rollovers;
using FinOps.Platform.Tests.Reporting;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace FinOps.Platform.Tests.Budgets;

/// <summary>What becomes of budgets as time goes on: periods that ended, alerts that stand, backfills that are voided.</summary>
public sealed class BudgetPeriodsTests(AlertingHost host) : IClassFixture<AlertingHost>
{
    private const string Create = "mutation ($input: CreateBudgetInput!) { createBudget(input: $input) { id } }";

    [Fact]
    public async Task Past_periods_are_shown_newest_first_as_the_books_say_now_and_as_they_ended()
    {
        var today = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero);
        await host.DataAsync(Create, new { input = new { id = "daily", tenant = "daily", amount = "100", currency = "USD", rolloverPercent = "10", period = new { kind = "DAY", start = today.AddDays(-3) } } });
        await host.DataAsync(Create, new { input = new { id = "rolled", tenant = "daily", amount = "100", currency = "USD", period = new { kind = "ROLLING", days = 2, start = today.AddDays(-2) } } });
        await host.SpendAsync("daily", 20, at: today.AddDays(-3));
        await host.SpendAsync("daily", 40, at: today.AddDays(-2));
        await ActivatorUtilities.CreateInstance<EndPeriods>(host.Services).RunAsync(TestContext.Current.CancellationToken);
        await host.SpendAsync("daily", 5, at: today.AddDays(-3).AddHours(1));

        var budgets = (await host.DataAsync("""{ budgets(tenants: ["daily"]) { id periods(last: 3) { start isRunning amount limit spend limitAtEnd spendAtEnd writtenAt } all: periods { start } } }"""))
            .GetProperty("budgets");

        var daily = budgets[0].GetProperty("periods").EnumerateArray().ToList();
        Assert.Equal([today, today.AddDays(-1), today.AddDays(-2)], daily.Select(p => p.GetProperty("start").GetDateTimeOffset()));
        Assert.Equal(["True 100 110 0", "False 100 110 0", "False 100 110 40"], daily.Select(p =>
            $"{p.GetProperty("isRunning").GetBoolean()} {p.GetProperty("amount").GetString()} {p.GetProperty("limit").GetString()} {p.GetProperty("spend").GetString()}"));
        Assert.Equal(("110", "40"), (daily[2].GetProperty("limitAtEnd").GetString(), daily[2].GetProperty("spendAtEnd").GetString()));
        Assert.Equal(JsonValueKind.Null, daily[0].GetProperty("writtenAt").ValueKind);
        Assert.Equal(4, budgets[0].GetProperty("all").GetArrayLength());
        Assert.Equal(
            [("0", today.AddDays(-1)), ("40", today.AddDays(-2)), ("65", today.AddDays(-3))],
            budgets[1].GetProperty("periods").EnumerateArray().Select(p => (p.GetProperty("spend").GetString()!, p.GetProperty("start").GetDateTimeOffset())));
        var first = (await host.DataAsync("""{ budgets(ids: ["daily"]) { periods { spend spendAtEnd } } }""")).GetProperty("budgets")[0].GetProperty("periods")[3];
        Assert.Equal(("25", "20"), (first.GetProperty("spend").GetString(), first.GetProperty("spendAtEnd").GetString()));
        var refused = await host.GraphAsync("""{ budgets(ids: ["daily"]) { periods(last: 37) { spend } } }""");
        Assert.Equal("periods_out_of_range", Assert.Single(refused.Errors).Code);
    }

    [Fact]
    public async Task A_standing_alert_is_told_again_once_per_ordinal_however_many_sweeps_look_and_not_once_it_is_taken_back()
    {
        var now = DateTimeOffset.UtcNow;
        var start = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-1);
        await host.CreateAsync("standing", b =>
        {
            (b.Period, b.Thresholds, b.RenotifyHours) = (new() { Start = start, End = start.AddDays(40) }, [50m], 24);
            b.Webhook = new() { Url = host.Receiver.Url("standing") };
        });
        await host.SpendAsync("standing", 60, id: "one");
        var alert = (await host.Receiver.NextAsync("standing")).Id;

        await SweepAsync(now.AddHours(23));
        Assert.Empty(await ToldAsync());
        // Stopped at some point, as by a kill, and then four at once.
        for (var milliseconds = 0; milliseconds < 60; milliseconds += 6) await StoppedAsync(now.AddHours(25), TimeSpan.FromMilliseconds(milliseconds));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SweepAsync(now.AddHours(25))));
        await SweepAsync(now.AddHours(47));
        Assert.Equal([$"{alert}_renotified_1 1 bus", $"{alert}_renotified_1 1 webhook"], await ToldAsync());
        // Two were missed: one catches up, and the next comes when it would have come.
        await SweepAsync(now.AddHours(119));
        await SweepAsync(now.AddHours(119.5));
        Assert.Equal(4, (await ToldAsync()).Count);
        await SweepAsync(now.AddHours(121));
        Assert.Equal($"{alert}_renotified_3 3 bus", (await ToldAsync())[4]);

        await host.DataAsync(
            "mutation ($i: VoidRecordInput!) { voidRecord(input: $i) { changed } }",
            new { i = new { tenant = "standing", source = "s", id = "one", reason = "counted by mistake" } }, "finance");
        Assert.EndsWith("_retracted", (await host.Receiver.NextAsync("standing")).Id, StringComparison.Ordinal);
        await SweepAsync(now.AddHours(400));
        Assert.Equal(6, (await ToldAsync()).Count);

        async Task StoppedAsync(DateTimeOffset at, TimeSpan after)
        {
            using var stop = new CancellationTokenSource(after);
            var stopped = await Record.ExceptionAsync(() => RunAsync(at, stop.Token));
            Assert.True(stopped is null or OperationCanceledException or StaleBudgetException, stopped?.ToString());
        }

        async Task RunAsync(DateTimeOffset at, CancellationToken cancellation)
        {
            var clock = new SetClock(at);
            var spends = ActivatorUtilities.CreateInstance<BudgetSpends>(host.Services, clock);
            var open = await OpenBudgets.LoadAsync(host.Database, host.Services.GetRequiredService<IDocumentStore>(), "standing", cancellation);
            await ActivatorUtilities.CreateInstance<EvaluateBudgets>(host.Services, spends, clock)
                .RunAsync(open, [], new Evaluation(MayTakeBack: true, WithForecast: true, at.AddMinutes(-1)), _ => { }, cancellation);
        }

        async Task SweepAsync(DateTimeOffset at)
        {
            for (var turn = 1; ; turn++)
            {
                try
                {
                    await RunAsync(at, TestContext.Current.CancellationToken);
                    return;
                }
                catch (StaleBudgetException) when (turn < 20)
                {
                    // Another one was first; it is decided again, as the grain does.
                }
            }
        }

        Task<IReadOnlyList<string>> ToldAsync() => host.RowsAsync(
            "select a.id, a.ordinal, c.channel from finops.alert a join finops.alert_channel c on c.alert_id = a.id where a.kind = 'RENOTIFIED' and a.tenant = 'standing' order by a.ordinal, c.channel");
    }

    [Fact]
    public void A_file_without_a_start_is_the_same_file_in_another_month()
    {
        var (first, later) = (new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero), new DateTimeOffset(2027, 1, 5, 9, 0, 0, TimeSpan.Zero));
        var file = new BudgetOrder { Verb = BudgetVerb.Create, Id = "b", Tenant = "acme", By = "finance", Amount = 100m, Currency = "USD", TimeZone = "Europe/Berlin" };
        var open = BudgetDecider.Decide(file.ToCommand(first), Budget.None).Aggregate(Budget.None, BudgetDecider.Evolve);

        Assert.Empty(BudgetDecider.Decide(file.ToCommand(later), open));
        Assert.Equal(
            "period", Assert.Single(Assert.Throws<RejectedException>(() => BudgetDecider.Decide((file with { PeriodStart = later }).ToCommand(later), open)).Rejections).Field);
        Assert.Throws<RejectedException>(() => BudgetDecider.Decide((file with { TimeZone = "Asia/Tokyo" }).ToCommand(later), open));
    }

    [Fact]
    public async Task A_voided_backfill_takes_its_crossing_back_once_and_the_books_are_as_before()
    {
        var noon = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero).AddDays(-1).AddHours(12);
        await host.CreateAsync("backfilled", b =>
        {
            (b.Period, b.Thresholds) = (new() { Start = noon.AddHours(-12), End = noon.AddDays(20) }, [50m]);
            b.Webhook = new() { Url = host.Receiver.Url("backfilled") };
        });
        await host.SpendAsync("backfilled", 20, id: "kept");
        await PostAsync("backfilled", "wrong-file", noon, 15, 15, 10);
        var alert = (await host.Receiver.NextAsync("backfilled")).Id;
        Assert.Equal("60", await SpendOfAsync());

        await host.DataAsync(
            "mutation ($i: VoidBackfillInput!) { voidBackfill(input: $i) { changed } }",
            new { i = new { backfill = "wrong-file", reason = "the file was wrong" } }, "operator");

        Assert.Equal($"{alert}_retracted", (await host.Receiver.NextAsync("backfilled")).Id);
        for (var sweeps = 0; sweeps < 3; sweeps++) await ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal("20", await SpendOfAsync());
        Assert.Equal(["RETRACTED", "THRESHOLD"], await host.RowsAsync("select kind from finops.alert where tenant = 'backfilled' order by 1"));
        var listed = (await host.DataAsync("""{ alerts(budgets: ["backfilled-budget"]) { status crossing { id } } budgets(ids: ["backfilled-budget"]) { crossingsByEventTime { id } } }"""));
        Assert.Equal("""{"alerts":[{"status":"RETRACTED","crossing":null}],"budgets":[{"crossingsByEventTime":[]}]}""", listed.GetRawText());
        Assert.Equal(["1 20"], await host.RowsAsync(
            "select sum(b.records), sum(b.output) from finops.bucket b join finops.series s on s.id = b.series where s.tenant = 'backfilled'"));
        Assert.Equal(0, host.Receiver.Waiting("backfilled"));
    }

    [Fact]
    public async Task A_day_out_of_the_ordinary_is_told_once_with_who_carries_it()
    {
        var today = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero);
        for (var back = 29; back >= 1; back--) await PostAsync("spiky", "past", today.AddDays(-back), 10);
        await host.DataAsync(Create, new
        {
            input = new
            {
                id = "spiky",
                tenant = "spiky",
                amount = "100",
                currency = "USD",
                anomaly = new { sensitivity = "MEDIUM" },
                period = new { start = today.AddDays(-30), end = today.AddDays(30) },
                webhook = new { url = host.Receiver.Url("spiky") },
            },
        });
        var sweep = ActivatorUtilities.CreateInstance<SweepBudgets>(host.Services);
        await sweep.RunAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await host.RowsAsync("select id from finops.alert where tenant = 'spiky'"));

        await host.SpendAsync("spiky", 16);
        await sweep.RunAsync(TestContext.Current.CancellationToken);
        await host.SpendAsync("spiky", 1);
        await sweep.RunAsync(TestContext.Current.CancellationToken);

        Assert.EndsWith("_u100", (await host.Receiver.NextAsync("spiky")).Id, StringComparison.Ordinal);
        var data = await host.DataAsync("""{ budgets(ids: ["spiky"]) { anomaly { spend expected most isAnomalous backtestDays backtestAlarms backtestAlarmPercent } } alerts(budgets: ["spiky"]) { kind thresholdKind spendAtCrossing amount cause } }""");
        Assert.Equal(
            """{"spend":"17","expected":"10","most":"15","isAnomalous":true,"backtestDays":15,"backtestAlarms":0,"backtestAlarmPercent":"0"}""",
            data.GetProperty("budgets")[0].GetProperty("anomaly").GetRawText());
        var alert = Assert.Single(data.GetProperty("alerts").EnumerateArray());
        Assert.Equal("ANOMALY ANOMALY 16 15", string.Join(' ', ((string[])["kind", "thresholdKind", "spendAtCrossing", "amount"]).Select(f => alert.GetProperty(f).GetString())));
        Assert.Contains($"comes to 10 and to 15 at most: model {AlertingHost.Model} carries 100 % of the excess (+6)", alert.GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_new_input_that_is_flawed_is_named_at_once_and_nothing_is_stored()
    {
        var refused = await host.GraphAsync(Create, new
        {
            input = new
            {
                id = "flawed",
                tenant = "flawed",
                measure = "UTILISATION",
                amount = "140",
                currency = "USD",
                scope = new { models = new[] { "m" } },
                renotifyHours = 800,
                targetThresholds = new[] { 10 },
                anomaly = new { },
                raise = new { by = "1", until = "2099-01-01T00:00:00Z" },
            },
        });

        Assert.Equal(
            ["amount", "anomaly", "currency", "raise", "renotifyHours", "scope.models", "targetThresholds"],
            refused.Errors.Select(e => e.Field).Order(StringComparer.Ordinal));
        Assert.Empty(await host.RowsAsync("select id from finops.budget where tenant = 'flawed'"));
    }

    private async Task<string> SpendOfAsync() =>
        (await host.DataAsync("""{ budgets(ids: ["backfilled-budget"]) { spend } }""")).GetProperty("budgets")[0].GetProperty("spend").GetString()!;

    private async Task PostAsync(string tenant, string backfill, DateTimeOffset at, params int[] dollars)
    {
        var records = dollars.Select((amount, i) => new
        {
            tenant,
            id = $"{backfill}-{at:MMdd}-{i}",
            model = AlertingHost.Model,
            occurredAt = at.AddMinutes(i),
            quantities = new { output = amount },
        }).ToArray();
        using var content = new StringContent(
            JsonSerializer.Serialize(new { schemaVersion = 1, batchId = "b", source = "s", backfill, records }), System.Text.Encoding.UTF8, "application/json");
        using var answer = await host.Client("fleet").PostAsync("/v1/usage", content);
        Assert.DoesNotContain("quarantined", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
