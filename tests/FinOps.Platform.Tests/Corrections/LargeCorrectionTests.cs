using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FinOps.Host.Publishing;
using FinOps.Platform.Corrections;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using TraceOptions = FinOps.Host.Publishing.TraceOptions;

namespace FinOps.Platform.Tests.Corrections;

/// <summary>What corrections cost on a million records. Takes minutes, so it runs only when asked for: <c>-explicit only</c>.</summary>
public sealed class LargeCorrectionTests(CorrectedHost host, ITestOutputHelper output) : IClassFixture<CorrectedHost>
{
    private const string Hottest =
        "select tenant from finops.series s join finops.bucket b on b.series = s.id group by tenant order by sum(records) desc limit 1";

    [Fact(Explicit = true)]
    [Trait("Reliability", "T5")]
    public async Task A_million_records_are_voided_and_come_again_under_another_name()
    {
        await PublishAsync("first");
        var tenant = Assert.Single(await host.ColumnAsync(Hottest));
        var records = long.Parse(Assert.Single(await SumAsync(tenant)), CultureInfo.InvariantCulture);
        var id = (await host.ColumnAsync(
            "select data->'ids'->>0 || ' ' || (data->'sources'->>0) || ' ' || (data->>'model') from finops.mt_events where stream_id like 'usage/' || $1 || '/%' order by seq_id desc limit 1",
            tenant))[0].Split(' ');
        await TimeAsync($"search among {records} records of a tenant", () => host.DataAsync(
            "mutation($i: VoidRecordInput!) { voidRecord(input: $i) { changed } }",
            new { i = new { tenant, source = id[1], id = id[0], reason = "r", dryRun = true } }));
        await TimeAsync("the same with the model", () => host.DataAsync(
            "mutation($i: VoidRecordInput!) { voidRecord(input: $i) { changed } }",
            new { i = new { tenant, source = id[1], id = id[0], model = id[2], reason = "r", dryRun = true } }));
        await TimeAsync("void of one record", () => host.DataAsync(
            "mutation($i: VoidRecordInput!) { voidRecord(input: $i) { changed } }",
            new { i = new { tenant, source = id[1], id = id[0], reason = "r" } }));
        await TimeAsync("amendment of the voided record", () => host.DataAsync(
            "mutation($i: AmendRecordInput!) { amendRecord(input: $i) { changed } }",
            new { i = new { tenant, source = id[1], id = id[0], reason = "r", content = new { fleet = "f" } } }));

        var memory = Process.GetCurrentProcess().WorkingSet64;
        var backfills = host.Services.GetRequiredService<VoidBackfill>();
        await TimeAsync("dry run of the backfill", () => backfills.RunAsync("first", null, new AskedCorrection("test", "r", DryRun: true), default));
        await TimeAsync("void of the backfill", () => backfills.RunAsync("first", null, new AskedCorrection("test", "r", DryRun: false), default));
        output.WriteLine($"resident before {memory >> 20} MB, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");
        Assert.Equal("0", Assert.Single(await host.ColumnAsync("select sum(records) + sum(output) + sum(uncached_input) from finops.bucket")));
        Assert.Equal("0", Assert.Single(await host.ColumnAsync("select count(*) from finops.usage_key")));
        await TimeAsync("first page of the drill-down over what was voided", () => host.RecordsAsync(tenant));

        await PublishAsync("second");
        Assert.Equal("1049916", Assert.Single(await host.ColumnAsync("select sum(records) from finops.bucket")));
    }

    private Task<List<string>> SumAsync(string tenant) =>
        host.ColumnAsync("select sum(records) from finops.series s join finops.bucket b on b.series = s.id where tenant = $1", tenant);

    private async Task TimeAsync(string what, Func<Task> act)
    {
        var started = Stopwatch.GetTimestamp();
        await act();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s"));
    }

    private async Task PublishAsync(string backfill)
    {
        using var summary = new StringWriter();
        var session = new PublishSession(() => new RabbitMqTransport(host.Broker), 16, 200, TimeSpan.FromMinutes(2)) { Out = summary, Error = TextWriter.Null };
        var plan = new PublishPlan { Files = [new TraceFile(RecordedTraces.File("servegen_events.csv.gz"), new TraceOptions())], Backfill = backfill };
        await session.RunAsync((publisher, tally) => PublishFiles.RunAsync(plan, publisher, tally, TimeProvider.System, default), default);
        output.WriteLine($"published as {backfill}: {summary}");
        Assert.Equal(1_049_916, JsonElement.Parse(summary.ToString()).GetProperty("accepted").GetInt64());
    }
}
