using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>What a meter's grain remembers between flushes; all of it can be read again.</summary>
internal sealed record MeterState(IReadOnlyDictionary<string, long> Versions, MeterTotals Totals)
{
    public MeterState After(Growth growth)
    {
        var versions = new Dictionary<string, long>(Versions);
        foreach (var (stream, version) in growth.Versions) versions[stream] = version;
        if (growth.Added.IsNone) return this with { Versions = versions };
        var added = growth.Added.ToBucket();
        return new MeterState(versions, new MeterTotals(
            Totals.Records + added.Records, Totals.Incomplete + added.Incomplete, Totals.Failed + added.Failed,
            Totals.Quantities + added.Quantities));
    }

    /// <summary>Reads stream versions and totals in one snapshot.</summary>
    internal sealed class Reader(NpgsqlDataSource database)
    {
        private static readonly string TotalsSql =
            $"""
            select coalesce(sum(records), 0)::bigint, coalesce(sum(incomplete), 0)::bigint, coalesce(sum(failed), 0)::bigint,
              {string.Join(", ", UnitClass.All.Select(c => $"coalesce(sum({c.Column}), 0)::bigint"))}
            from finops.bucket b join finops.series s on s.id = b.series
            where s.tenant = $1 and s.model = $2
            """;

        public async Task<MeterState> ReadAsync(Meter meter, CancellationToken cancellation)
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            // One snapshot, or a commit between the two reads would be in the totals and not in the versions.
            await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
            var versions = await VersionsAsync(connection, meter, cancellation);
            var totals = await TotalsAsync(connection, meter, cancellation);
            return new MeterState(versions, totals);
        }

        /// <summary>Whether nobody wrote the meter's streams since.</summary>
        public async Task<bool> IsCurrentAsync(Meter meter, MeterState state, CancellationToken cancellation)
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            var versions = await VersionsAsync(connection, meter, cancellation);
            return versions.Count == state.Versions.Count && versions.All(v => state.Versions.GetValueOrDefault(v.Key) == v.Value);
        }

        private static async Task<Dictionary<string, long>> VersionsAsync(
            NpgsqlConnection connection, Meter meter, CancellationToken cancellation)
        {
            var prefix = MeterMonth.Prefix(meter);
            await using var command = new NpgsqlCommand(
                """
                select id, version from finops.mt_streams where id like 'usage/%' and id collate "C" >= $1 and id collate "C" < $2
                """, connection)
            {
                // '0' is the character after '/', so this is every id that starts with the prefix.
                Parameters = { new() { Value = prefix }, new() { Value = $"{prefix[..^1]}0" } },
            };
            var versions = new Dictionary<string, long>();
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation)) versions[reader.GetString(0)] = reader.GetInt64(1);
            return versions;
        }

        private static async Task<MeterTotals> TotalsAsync(NpgsqlConnection connection, Meter meter, CancellationToken cancellation)
        {
            await using var command = new NpgsqlCommand(TotalsSql, connection)
            {
                Parameters = { new() { Value = meter.Tenant.Value }, new() { Value = meter.Model.Value } },
            };
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            var quantities = new long[UnitClass.All.Count];
            for (var i = 0; i < quantities.Length; i++) quantities[i] = reader.GetInt64(3 + i);
            return new MeterTotals(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), Quantities.Of(quantities));
        }
    }
}
