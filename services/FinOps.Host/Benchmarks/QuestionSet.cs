using FinOps.Contracts;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Host.Benchmarks;

/// <summary>
/// What questions are asked of: a quarter of 200 tenants with 10 models on 4 fleets, the same each time. It is written straight into the
/// buckets, as a hundred million records would have left it; some are real records, for the drill-down and for the baseline.
/// </summary>
internal sealed class QuestionSet(string postgres, double filled)
{
    public const int Tenants = 200;
    public const int Models = 10;
    public const int Days = 92;
    public const int RecordsStandFor = 100_000_000;

    /// <summary>The table of the baseline: a row per record, by time and by tenant and time.</summary>
    public const string RecordTable = "finops.bench_record";

    private const int Slots = Days * 96;
    private const int MaxInput = 4_000;
    private const int MaxOutput = 900;

    public static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly IReadOnlyList<string> Fleets = ["fleet-a", "fleet-b", "fleet-c", "fleet-d"];

    private static int FirstSlot => QuarterHour.Holding(Start).Index;

    public static string Tenant(int number) => $"tenant-{number:000}";

    public static string Model(int number) => $"model-{number}";

    /// <summary>Facts about all of it, except for a price of the last model: what is unpriced must show.</summary>
    public static IEnumerable<string> Facts()
    {
        foreach (var (fleet, i) in Fleets.Select((f, i) => (f, i)))
            yield return $"setFleetCost(input: {{ fleet: \"{fleet}\", from: \"{Start:O}\", costPerHour: \"{120 + (i * 37)}.25\", currency: \"USD\" }}) {{ fleet }}";
        for (var m = 0; m < Models - 1; m++)
        {
            yield return $"setRateCard(input: {{ model: \"{Model(m)}\", from: \"{Start:O}\", currency: \"USD\", rates: [{{ unitClass: \"uncachedInput\", perMillion: \"0.{m + 2}\" }}, "
                + $"{{ unitClass: \"output\", perMillion: \"1.{m}\" }}] }}) {{ model }}";
        }

        foreach (var fleet in Fleets)
        {
            for (var m = 0; m < Models; m++)
                yield return $"setTarget(input: {{ fleet: \"{fleet}\", model: \"{Model(m)}\", from: \"{Start:O}\", costPerMillionTokens: \"0.{m + 3}\", currency: \"USD\" }}) {{ fleet }}";
        }
    }

    /// <summary>Real records of the last day, a hundredth of them without a fleet.</summary>
    public static IEnumerable<UsageRecord> Records(int count)
    {
        var random = new Random(3);
        for (var i = 0; i < count; i++)
        {
            yield return new UsageRecord
            {
                Tenant = Tenant(random.Next(Tenants)),
                Id = $"q{i}",
                Source = "bench",
                Model = Model(random.Next(Models)),
                Fleet = i % 100 == 0 ? null : Fleets[random.Next(Fleets.Count)],
                OccurredAt = Start.AddDays(Days - 1).AddSeconds(86_400.0 * i / count),
                Quantities = new Dictionary<string, long?>
                {
                    [UnitClasses.UncachedInput] = random.Next(1, MaxInput),
                    [UnitClasses.Output] = random.Next(MaxOutput),
                },
            };
        }
    }

    /// <summary>Fills the buckets: each quarter-hour of a series with the same chance, and with as many records that the whole stands for a hundred million.</summary>
    /// <returns>Rows and records.</returns>
    public async Task<(long Rows, long Records)> FillAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellation);
        var series = await SeriesAsync(connection, cancellation);
        // The index is made when all rows are there: this is no benchmark of writing.
        await RunAsync(connection, "alter table finops.bucket drop constraint bucket_pkey", cancellation);
        var mean = RecordsStandFor / (filled * series.Length * Slots);
        var (random, rows, records) = (new Random(1), 0L, 0L);
        await using (var writer = await connection.BeginBinaryImportAsync("copy finops.bucket from stdin (format binary)", cancellation))
        {
            for (var slot = FirstSlot; slot < FirstSlot + Slots; slot++)
            {
                foreach (var one in series)
                {
                    if (random.NextDouble() >= filled) continue;
                    var count = 1 + (long)(random.NextDouble() * ((2 * mean) - 1));
                    Write(writer, one, slot, count, count * random.Next(1, MaxInput), count * random.Next(MaxOutput));
                    (rows, records) = (rows + 1, records + count);
                }
            }

            await writer.CompleteAsync(cancellation);
        }

        await RunAsync(connection, "alter table finops.bucket add primary key (series, slot, recorded_hour)", cancellation);
        await RunAsync(connection, "vacuum analyze finops.bucket", cancellation);
        return (rows, records);
    }

    /// <summary>Fills the table of the baseline with that many records over the same quarter.</summary>
    public async Task FillRecordsAsync(int count, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellation);
        await RunAsync(
            connection,
            $"""
             drop table if exists {RecordTable};
             create table {RecordTable} (
               tenant text collate "C" not null, model text collate "C" not null, fleet text collate "C" not null, occurred_at timestamptz not null,
               input bigint not null, output bigint not null)
             """, cancellation);
        var random = new Random(2);
        await using (var writer = await connection.BeginBinaryImportAsync($"copy {RecordTable} from stdin (format binary)", cancellation))
        {
            for (var i = 0; i < count; i++)
            {
                writer.StartRow();
                writer.Write(Tenant(random.Next(Tenants)), NpgsqlDbType.Text);
                writer.Write(Model(random.Next(Models)), NpgsqlDbType.Text);
                writer.Write(Fleets[random.Next(Fleets.Count)], NpgsqlDbType.Text);
                writer.Write(Start.AddSeconds(Days * 86_400.0 * i / count).UtcDateTime, NpgsqlDbType.TimestampTz);
                writer.Write((long)random.Next(1, MaxInput), NpgsqlDbType.Bigint);
                writer.Write((long)random.Next(MaxOutput), NpgsqlDbType.Bigint);
            }

            await writer.CompleteAsync(cancellation);
        }

        await RunAsync(connection, $"create index on {RecordTable} (occurred_at); create index on {RecordTable} (tenant, occurred_at)", cancellation);
        await RunAsync(connection, $"vacuum analyze {RecordTable}", cancellation);
    }

    private static async Task<int[]> SeriesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "insert into finops.series (tenant, model, fleet) select t, m, f from unnest($1) t, unnest($2) m, unnest($3) f order by 1, 2, 3 returning id", connection)
        {
            Parameters =
            {
                new() { Value = Enumerable.Range(0, Tenants).Select(Tenant).ToArray() },
                new() { Value = Enumerable.Range(0, Models).Select(Model).ToArray() },
                new() { Value = Fleets.ToArray() },
            },
        };
        var ids = new List<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetInt32(0));
        return [.. ids];
    }

    private static void Write(NpgsqlBinaryImporter writer, int series, int slot, long records, long input, long output)
    {
        writer.StartRow();
        writer.Write(series, NpgsqlDbType.Integer);
        writer.Write(slot, NpgsqlDbType.Integer);
        writer.Write(new QuarterHour(slot).Hour, NpgsqlDbType.Integer);
        writer.Write(records, NpgsqlDbType.Bigint);
        writer.Write(0L, NpgsqlDbType.Bigint);
        writer.Write(0L, NpgsqlDbType.Bigint);
        foreach (var unitClass in UnitClass.All)
        {
            var value = unitClass == UnitClass.UncachedInput ? input : unitClass == UnitClass.Output ? output : unitClass == UnitClass.Requests ? records : 0;
            writer.Write(value, NpgsqlDbType.Bigint);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = Limits.LedgerCheckCommandSeconds };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
