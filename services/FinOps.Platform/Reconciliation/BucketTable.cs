using System.Numerics;
using FinOps.Domain.Metering;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>A bucket's series.</summary>
internal sealed record LedgerSeries(int Id, SeriesKey Key)
{
    public Meter Meter => new(Key.Tenant, Key.Model);
}

/// <summary>A meter's stretch of event time, as slots: a month that has a stream, or what lies between such months.</summary>
internal readonly record struct MeterSpan(Meter Meter, int FirstSlot, int EndSlot);

/// <summary>The table of buckets, read for comparison.</summary>
internal static class BucketTable
{
    private static readonly string Columns = string.Join(", ", LedgerSums.MeasureColumns.Select(c => $"b.{c}"));

    // A row's mix is a sum of products; cut in halves, no product leaves 64 bits, however large a quantity is.
    private static readonly string LowMix = string.Join(" + ", LedgerSums.MeasureColumns.Select((c, i) => $"{i + 1} * (b.{c} & 2147483647)"));

    private static readonly string HighMix = string.Join(" + ", LedgerSums.MeasureColumns.Select((c, i) => $"{i + 1} * (b.{c} >> 31)"));

    private static readonly string SumsSql =
        $"""
         select b.series, width_bucket(b.slot, $1::int[]), {string.Join(", ", LedgerSums.MeasureColumns.Select(c => $"sum(b.{c})"))},
           sum({LedgerSums.WeightSql("b")} * ({LowMix})), sum({LedgerSums.WeightSql("b")} * ({HighMix}))
         from finops.bucket b group by 1, 2
         """;

    private static readonly string RowsSql =
        $"""
         select b.series, b.slot, b.recorded_hour, {Columns} from finops.bucket b where b.series = any($1) and b.slot >= $2 and b.slot < $3
         """;

    public static async Task<List<LedgerSeries>> SeriesAsync(NpgsqlConnection connection, Meter? meter, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select id, tenant, model, fleet, rate_class, tags from finops.series where $1::text is null or (tenant = $1 and model = $2)", connection)
        {
            Parameters =
            {
                new() { Value = (object?)meter?.Tenant.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = (object?)meter?.Model.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            },
        };
        var series = new List<LedgerSeries>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            series.Add(new(row.GetInt32(0), new SeriesKey(
                new TenantId(row.GetString(1)), new ModelId(row.GetString(2)), row.GetString(3), RateClass.Parse(row.GetString(4)), row.GetString(5))));
        }

        return series;
    }

    /// <summary>What the table holds, in one pass over it.</summary>
    /// <param name="connection">In the snapshot.</param>
    /// <param name="series">All series.</param>
    /// <param name="boundaries">Slots at which months with a stream begin or end, ascending.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<Dictionary<MeterSpan, LedgerSums>> SumsAsync(
        NpgsqlConnection connection, IReadOnlyList<LedgerSeries> series, int[] boundaries, CancellationToken cancellation)
    {
        var meters = series.ToDictionary(s => s.Id, s => s.Meter);
        await using var command = new NpgsqlCommand(SumsSql, connection)
        {
            Parameters = { new() { Value = boundaries } },
            CommandTimeout = Limits.LedgerCheckCommandSeconds,
        };
        var sums = new Dictionary<MeterSpan, LedgerSums>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var at = row.GetInt32(1);
            var span = new MeterSpan(
                meters[row.GetInt32(0)], at == 0 ? int.MinValue : boundaries[at - 1], at == boundaries.Length ? int.MaxValue : boundaries[at]);
            var read = new BigInteger[LedgerSums.Measures.Count + 1];
            for (var i = 0; i < LedgerSums.Measures.Count; i++) read[i] = row.GetFieldValue<BigInteger>(2 + i);
            read[^1] = row.GetFieldValue<BigInteger>(1 + read.Length) + (row.GetFieldValue<BigInteger>(2 + read.Length) << 31);
            if (sums.TryGetValue(span, out var others)) others.Add(LedgerSums.Of(read));
            else sums[span] = LedgerSums.Of(read);
        }

        return sums;
    }

    /// <summary>The rows of some series in a stretch of event time, without those that hold nothing.</summary>
    public static async Task<List<LedgerRow>> RowsAsync(
        NpgsqlConnection connection, IReadOnlyList<int> series, int firstSlot, int endSlot, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(RowsSql, connection)
        {
            Parameters = { new() { Value = series.ToArray() }, new() { Value = firstSlot }, new() { Value = endSlot } },
            CommandTimeout = Limits.LedgerCheckCommandSeconds,
        };
        var rows = new List<LedgerRow>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var values = new long[LedgerSums.Measures.Count];
            for (var i = 0; i < values.Length; i++) values[i] = row.GetInt64(3 + i);
            var read = new LedgerRow(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), values);
            if (!read.IsNone) rows.Add(read);
        }

        return rows;
    }
}
