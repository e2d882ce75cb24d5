using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>What usage was ever reported of: tenants, models and fleets, registered or not.</summary>
public sealed class SeenSeries(NpgsqlDataSource database)
{
    /// <param name="tenants">Null is all.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<IReadOnlyList<(int Id, UsageSeries Series)>> OfAsync(
        IReadOnlyList<TenantId>? tenants, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await OfAsync(connection, tenants, cancellation);
    }

    /// <param name="connection">With or without a transaction.</param>
    /// <param name="tenants">Null is all.</param>
    /// <param name="cancellation">Stops it.</param>
    internal static async Task<IReadOnlyList<(int Id, UsageSeries Series)>> OfAsync(
        NpgsqlConnection connection, IReadOnlyList<TenantId>? tenants, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select id, tenant, model, fleet, rate_class, tags from finops.series where $1::text[] is null or tenant = any($1)", connection);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = (object?)tenants?.Select(t => t.Value).ToArray() ?? DBNull.Value,
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text,
        });
        var seen = new List<(int, UsageSeries)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var fleet = reader.GetString(3);
            seen.Add((reader.GetInt32(0), new UsageSeries(
                new TenantId(reader.GetString(1)), new ModelId(reader.GetString(2)), fleet.Length == 0 ? null : new FleetId(fleet),
                RateClass.Parse(reader.GetString(4)), reader.GetString(5))));
        }

        return seen;
    }
}
