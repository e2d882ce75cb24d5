using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using FinOps.Host.Publishing;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Host.Benchmarks;

/// <summary>
/// The ten questions of docs/questions.md over GraphQL and HTTP, warm, on books of a hundred million records; beside the same sums over a
/// table of records. It fills the buckets by itself: give it books of its own, as `infra/bench` does.
/// </summary>
internal sealed class QueryBenchmark(Uri url, string key, Uri broker, string postgres)
{
    private const int DrillDownRecords = 20_000;
    private const int BaselineRecords = 1_000_000;
    private const int BaselineRounds = 3;
    private const int FactsPerRequest = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <param name="questions">To ask.</param>
    /// <param name="filled">The share of the quarter-hour cells that hold usage.</param>
    /// <param name="rounds">How often each is asked.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<Measurement>> MeasureAsync(
        IReadOnlyList<AskedQuestion> questions, double filled, int rounds, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = url, Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

        var clock = Stopwatch.StartNew();
        var set = new QuestionSet(postgres, filled);
        var (rows, records) = await set.FillAsync(cancellation);
        await set.FillRecordsAsync(BaselineRecords, cancellation);
        foreach (var facts in QuestionSet.Facts().Chunk(FactsPerRequest))
            await AskAsync(http, $"mutation {{ {string.Join(' ', facts.Select((f, i) => $"f{i}: {f}"))} }}", cancellation);
        await PublishAsync(cancellation);
        var setUp = clock.Elapsed.TotalSeconds;
        Tell($"set up in {setUp:0} s: {rows} rows of buckets that stand for {records} records");

        clock.Restart();
        var first = new Dictionary<int, double>();
        foreach (var question in questions)
        {
            first[question.Number] = (await AskAsync(http, question.Query, cancellation)).Milliseconds / 1_000;
            Tell($"question {question.Number}, asked for the first time: {first[question.Number]:0.00} s");
        }

        var warmUp = clock.Elapsed.TotalSeconds;
        await RequireAllAsync(http, records + DrillDownRecords, cancellation);

        var times = questions.ToDictionary(q => q.Number, _ => new List<double>());
        var random = new Random(1);
        foreach (var question in questions) await AskAsync(http, question.Query, cancellation);
        var loadBefore = Load();
        for (var round = 0; round < rounds; round++)
        {
            var order = questions.ToArray();
            random.Shuffle(order);
            foreach (var question in order) times[question.Number].Add((await AskAsync(http, question.Query, cancellation)).Milliseconds);
        }

        var load = $"load average {loadBefore} before, {Load()} after, on {Environment.ProcessorCount} cores";
        var over = new Dictionary<int, double>();
        foreach (var question in questions) over[question.Number] = await OverRecordsAsync(question, cancellation);

        var how = string.Create(
            CultureInfo.InvariantCulture,
            $"{QuestionSet.Tenants} tenants x {QuestionSet.Models} models x {QuestionSet.Fleets.Count} fleets x {QuestionSet.Days} days, {rows} filled quarter-hours "
            + $"({filled:P0} of all) that stand for {records} records, and {DrillDownRecords} real ones; {rounds} times each in mixed order over HTTP, one after the other, "
            + $"after each was asked once; baseline: the same sums over {BaselineRecords} records in an indexed table, times {QuestionSet.RecordsStandFor / BaselineRecords}; {load}");
        var measured = questions.Select(q => Measurement.Of(
            $"query-{q.Number}", At(times[q.Number], 0.95), "ms p95", over[q.Number],
            string.Create(CultureInfo.InvariantCulture, $"{q.Title} p50 {At(times[q.Number], 0.5):0.0} ms; asked for the first time {first[q.Number]:0.00} s; {how}"))).ToList();
        var all = times.Values.SelectMany(t => t).ToList();
        measured.Add(Measurement.Of(
            "query", At(all, 0.95), "ms p95", over.Values.Average(),
            string.Create(
                CultureInfo.InvariantCulture,
                $"all questions; p50 {At(all, 0.5):0.0} ms, the slowest question's p95 {times.Values.Max(t => At(t, 0.95)):0.0} ms; set up in {setUp:0} s, warm in {warmUp:0} s; {how}, the mean of all")));
        return measured;
    }

    /// <summary>The set is asked for, not assumed: what was written is what the quarter's total shows.</summary>
    private static async Task RequireAllAsync(HttpClient http, long expected, CancellationToken cancellation)
    {
        var end = QuestionSet.Start.AddDays(QuestionSet.Days);
        var (answer, _) = await AskAsync(
            http, $"{{ unitCost(where: {{ from: \"{QuestionSet.Start:O}\", to: \"{end:O}\" }}) {{ total {{ records }} }} }}", cancellation);
        var shown = answer.GetProperty("unitCost").GetProperty("total").GetProperty("records").GetInt64();
        if (shown != expected) throw new InvalidOperationException($"{expected} records are in the books; GraphQL shows {shown}.");
    }

    private static async Task<(JsonElement Data, double Milliseconds)> AskAsync(HttpClient http, string query, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var response = await http.PostAsJsonAsync("/graphql", new { query }, cancellation);
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var answer = JsonElement.Parse(body);
        if (answer.TryGetProperty("errors", out var errors)) throw new InvalidOperationException($"GraphQL answered {errors}.");
        return (answer.GetProperty("data"), milliseconds);
    }

    /// <returns>Milliseconds for as many records as the set stands for.</returns>
    private async Task<double> OverRecordsAsync(AskedQuestion question, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellation);
        var taken = new List<double>();
        for (var round = 0; round <= BaselineRounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            await using var command = new NpgsqlCommand(question.OverRecords(QuestionSet.RecordTable), connection) { CommandTimeout = Limits.LedgerCheckCommandSeconds };
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                // Each row is taken, as an answer's would be.
            }

            if (round > 0) taken.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return At(taken, 0.5) * QuestionSet.RecordsStandFor / BaselineRecords;
    }

    private async Task PublishAsync(CancellationToken cancellation)
    {
        var session = new PublishSession(() => new RabbitMqTransport(broker), 8, Limits.PublishedRecordsPerBatch, TimeSpan.FromMinutes(5)) { Out = TextWriter.Null };
        await session.RunAsync(
            async (publisher, tally) =>
            {
                var head = new BatchHead("bench", Backfill: "questions");
                foreach (var record in QuestionSet.Records(DrillDownRecords))
                {
                    tally.Read();
                    await publisher.AddAsync(record, head, cancellation);
                }
            }, cancellation);
    }

    /// <returns>The smallest of the figures that so large a share of them does not exceed.</returns>
    private static double At(List<double> figures, double share) =>
        figures.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(share * figures.Count) - 1));

    private static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static void Tell(string line) => Console.Error.WriteLine(line);
}
