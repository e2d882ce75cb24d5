using System.CommandLine;
using FinOps.Host.Benchmarks;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;

namespace FinOps.Host.Commands;

/// <summary>Measures the running system; each figure stands beside a baseline of the same run.</summary>
internal static class Bench
{
    private static readonly Option<int> Records = new("--records") { Description = "How many records.", DefaultValueFactory = _ => 300_000 };

    private static readonly Option<int> Batch = new("--batch") { Description = "Records in one message.", DefaultValueFactory = _ => Limits.PublishedRecordsPerBatch };

    private static readonly Option<int> Lanes = new("--lanes")
    {
        Description = "Ordered lanes of the publisher, each with one unanswered batch.",
        DefaultValueFactory = _ => Limits.PublisherLanesMax,
    };

    public static Command Command()
    {
        var ingest = new Command("ingest", "Publish → RabbitMQ → commit → visible in GraphQL, beside binary COPY of the same records.")
        {
            Records, Batch, Lanes, Connection.UrlOption, Connection.KeyOption,
        };
        ingest.SetAction(async (parsed, cancellation) =>
        {
            var postgres = new ConfigurationBuilder().AddEnvironmentVariables().Build().RequiredConnectionString("postgres");
            var benchmark = new IngestBenchmark(Connection.Url(parsed), Connection.Key(parsed, "finance"), Connection.Broker(), postgres);
            (await benchmark.MeasureAsync(parsed.GetValue(Records), parsed.GetValue(Batch), parsed.GetValue(Lanes), cancellation)).Print();
        });
        var startup = new Command("startup", "Start-up time and memory of a host, beside a web server that does nothing.");
        startup.SetAction(async (_, cancellation) =>
        {
            foreach (var measurement in await StartupBenchmark.MeasureAsync(cancellation)) measurement.Print();
        });
        var replay = new Command("replay", "All buckets made again from the stored events, beside reading the same events; and what the check of the ledger costs.")
        {
            Records, Batch, Lanes,
        };
        replay.SetAction(async (parsed, cancellation) =>
        {
            await using var benchmark = ReplayBenchmark.Create(Connection.Broker());
            foreach (var measurement in await benchmark.MeasureAsync(
                parsed.GetValue(Records), parsed.GetValue(Batch), parsed.GetValue(Lanes), cancellation)) measurement.Print();
        });
        var empty = new Command(StartupBenchmark.EmptyHost) { Hidden = true };
        empty.SetAction(async (_, cancellation) =>
        {
            var app = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }).Build();
            app.MapGet("/health/ready", () => "Healthy");
            await app.RunAsync(cancellation);
        });
        return new Command("bench", "Benchmarks, one JSON object a line; writes tenants named bench-… into the books it measures.") { ingest, replay, startup, empty };
    }
}
