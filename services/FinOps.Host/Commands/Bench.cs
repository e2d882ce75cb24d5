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

    private static readonly Option<int> StoredBatch = new("--batch") { Description = "Records in one batch.", DefaultValueFactory = _ => 1_000 };

    private static readonly Option<int> UnderWay = new("--under-way") { Description = "Batches that wait for their commit at once.", DefaultValueFactory = _ => 32 };

    private static readonly Option<int> Requests = new("--requests") { Description = "How many requests.", DefaultValueFactory = _ => 50_000 };

    private static readonly Option<int> Clients = new("--clients") { Description = "How many ask at once.", DefaultValueFactory = _ => 64 };

    private static readonly Option<string> Questions = new("--questions") { Description = "The file of questions.", DefaultValueFactory = _ => "docs/questions.md" };

    private static readonly Option<double> Filled = new("--filled") { Description = "The share of the quarter-hour cells that hold usage.", DefaultValueFactory = _ => 0.2 };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "How often each question is asked.", DefaultValueFactory = _ => 40 };

    private static readonly Option<int> Reservations = new("--reservations") { Description = "How many in a round.", DefaultValueFactory = _ => 50_000 };

    private static readonly Option<int> Callers = new("--callers") { Description = "How many reserve at once.", DefaultValueFactory = _ => 64 };

    private static readonly Option<int> Alerts = new("--alerts") { Description = "Budgets that are crossed, idle and under load each.", DefaultValueFactory = _ => 300 };

    private static readonly Option<int> Load = new("--load") { Description = "Other records a second.", DefaultValueFactory = _ => 5_000 };

    private static readonly Option<int> Budgets = new("--budgets") { Description = "Held against one.", DefaultValueFactory = _ => 10_000 };

    public static Command Command()
    {
        var ingest = new Command("ingest", "Publish → RabbitMQ → commit → visible in GraphQL, beside binary COPY of the same records.")
        {
            Records, Batch, Lanes, Connection.UrlOption, Connection.KeyOption,
        };
        ingest.SetAction(async (parsed, cancellation) =>
        {
            var benchmark = new IngestBenchmark(Connection.Url(parsed), Connection.Key(parsed, "finance"), Connection.Broker(), Postgres());
            foreach (var measurement in await benchmark.MeasureAsync(
                parsed.GetValue(Records), parsed.GetValue(Batch), parsed.GetValue(Lanes), cancellation)) measurement.Print();
        });
        var store = new Command("store", "Accepted batches → commit, in one silo and without a broker, beside binary COPY of the same records.")
        {
            Records, StoredBatch, UnderWay,
        };
        store.SetAction(async (parsed, cancellation) =>
        {
            var postgres = Postgres();
            await using var benchmark = StoreBenchmark.Create(postgres);
            (await benchmark.MeasureAsync(parsed.GetValue(Records), parsed.GetValue(StoredBatch), parsed.GetValue(UnderWay), cancellation)).Print();
        });
        var http = new Command("http", "One record a request, beside one committed INSERT a request through the same web server.")
        {
            Requests, Clients, Connection.UrlOption, Connection.KeyOption,
        };
        http.SetAction(async (parsed, cancellation) =>
        {
            var benchmark = new HttpBenchmark(Connection.Url(parsed), Connection.Key(parsed, "operator"), Postgres());
            (await benchmark.MeasureAsync(parsed.GetValue(Requests), parsed.GetValue(Clients), cancellation)).Print();
        });
        var insertHost = new Command(InsertHost.Verb) { Hidden = true };
        insertHost.SetAction((_, cancellation) => InsertHost.RunAsync(cancellation));
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
        var query = new Command("query", "The questions of docs/questions.md on books of a hundred million records, beside the same sums over records.")
        {
            Questions, Filled, Rounds, Connection.UrlOption, Connection.KeyOption,
        };
        query.SetAction(async (parsed, cancellation) =>
        {
            var questions = AskedQuestion.ReadAll(parsed.GetValue(Questions)!);
            var benchmark = new QueryBenchmark(Connection.Url(parsed), Connection.Key(parsed, "finance"), Connection.Broker(), Postgres());
            foreach (var measurement in await benchmark.MeasureAsync(questions, parsed.GetValue(Filled), parsed.GetValue(Rounds), cancellation))
                measurement.Print();
        });
        var targets = new Command("targets", "One estimate, and the largest sweep, beside the ideal roofline of the same configurations. Needs no server.");
        targets.SetAction(async (_, _) =>
        {
            foreach (var measurement in await TargetsBenchmark.MeasureAsync()) measurement.Print();
        });
        var reserve = new Command("reserve", "Reservations on one hot budget and on a thousand, beside one committed UPDATE a reservation: by calls of the grain, and through HTTP.")
        {
            Reservations, Callers, Connection.UrlOption, Connection.KeyOption,
        };
        reserve.SetAction(async (parsed, cancellation) =>
        {
            var (count, callers) = (parsed.GetValue(Reservations), parsed.GetValue(Callers));
            var others = Array.Empty<string>();
            // Gone before the doors are tried: the connections of all of them are more than the server allows.
            await using (var benchmark = ReserveBenchmark.Create(Postgres()))
            {
                foreach (var measurement in await benchmark.MeasureAsync(count, callers, cancellation)) measurement.Print();
                others = benchmark.Others;
            }

            var http = new ReserveHttpBenchmark(Connection.Url(parsed), Connection.Key(parsed, "operator"));
            foreach (var measurement in await http.MeasureAsync(others, count, callers, cancellation)) measurement.Print();
        });
        var alert = new Command("alert", "From the publish of the record that crosses to the webhook's receipt, while other usage comes, beside an idle host.")
        {
            Alerts, Load, Connection.UrlOption, Connection.KeyOption,
        };
        alert.SetAction(async (parsed, cancellation) =>
        {
            var benchmark = new AlertBenchmark(Connection.Url(parsed), Connection.Key(parsed, "operator"), Connection.Broker());
            foreach (var measurement in await benchmark.MeasureAsync(parsed.GetValue(Alerts), parsed.GetValue(Load), cancellation)) measurement.Print();
        });
        var budgets = new Command("budgets", "What a record costs with ten thousand budgets, beside the same records with one.") { Records, Budgets };
        budgets.SetAction(async (parsed, cancellation) =>
        {
            await using var benchmark = BudgetsBenchmark.Create(Postgres());
            (await benchmark.MeasureAsync(parsed.GetValue(Budgets), parsed.GetValue(Records), cancellation)).Print();
        });
        var sweep = new Command("sweep", "What the minute's sweep costs where each of ten thousand tenants has a budget.") { Budgets };
        sweep.SetAction(async (parsed, cancellation) =>
        {
            await using var benchmark = SweepBenchmark.Create(Postgres());
            foreach (var measurement in await benchmark.MeasureAsync(parsed.GetValue(Budgets), cancellation)) measurement.Print();
        });
        var empty = new Command(StartupBenchmark.EmptyHost) { Hidden = true };
        empty.SetAction(async (_, cancellation) =>
        {
            var app = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }).Build();
            app.MapGet("/health/ready", () => "Healthy");
            await app.RunAsync(cancellation);
        });
        return new Command("bench", "Benchmarks, one JSON object a line; writes tenants named bench-… into the books it measures.") { ingest, store, http, replay, query, startup, targets, reserve, alert, budgets, sweep, empty, insertHost };
    }

    private static string Postgres() => new ConfigurationBuilder().AddEnvironmentVariables().Build().RequiredConnectionString("postgres");
}
