using System.Runtime.CompilerServices;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Reporting;

/// <summary>Reads buckets slot by slot, for what depends on the order of time.</summary>
internal static class UsageInOrder
{
    private static readonly string BySlot =
        $"""
         select b.series, b.slot, b.records, b.incomplete, b.failed, {Columns.All("b")}
         from unnest($1::int[]) with ordinality s (series, place)
         join finops.bucket b on b.series = s.series
         where b.slot >= $2 and b.slot < $3 and b.recorded_hour < $4
         order by b.slot, s.place
         """;

    /// <param name="connection">With or without a transaction.</param>
    /// <param name="series">Whose usage; their order is that within a slot.</param>
    /// <param name="first">The first slot.</param>
    /// <param name="end">The slot after the last one.</param>
    /// <param name="recordedBefore">Only what was recorded before this hour (since 1970); null is all.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async IAsyncEnumerable<UsageSlot> SlotsAsync(
        NpgsqlConnection connection, IReadOnlyList<(int Id, UsageSeries Series)> series, QuarterHour first, QuarterHour end,
        int? recordedBefore, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var byId = series.ToDictionary(s => s.Id, s => s.Series);
        await using var command = new NpgsqlCommand(BySlot, connection);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = series.Select(s => s.Id).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        });
        foreach (var bound in (int[])[first.Index, end.Index, recordedBefore ?? int.MaxValue])
            command.Parameters.Add(new NpgsqlParameter { Value = bound, NpgsqlDbType = NpgsqlDbType.Integer });

        var sum = new UsageBuckets.SlotSum();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (id, slot) = (reader.GetInt32(0), reader.GetInt32(1));
            if (!sum.IsOf(id, slot))
            {
                if (sum.Usage(byId) is { } usage) yield return usage;
                sum.Start(id, slot);
            }

            sum.Add(reader, first: 2);
        }

        if (sum.Usage(byId) is { } last) yield return last;
    }
}
