using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Metering;

/// <summary>What of a list of refused things is asked for.</summary>
public enum ListedState
{
    /// <summary>What still waits for somebody.</summary>
    Open,

    /// <summary>What was replayed with success, or dismissed.</summary>
    Resolved,

    All,
}

/// <summary>Pages of tables that are keyed by a row number.</summary>
internal static class NumberedPages
{
    /// <summary>
    /// One page: $1 the tenants that the viewer may see (null is all), $2 the last number seen, $3 rows, $4 characters shown, then whatever the
    /// caller adds.
    /// </summary>
    public static async Task<List<T>> PageAsync<T>(
        this NpgsqlDataSource database, string sql, Viewer viewer, PageRequest page, Func<NpgsqlDataReader, T> read,
        CancellationToken cancellation, params NpgsqlParameter[] more)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(TextArray(viewer.Tenants?.Select(t => t.Value)));
        command.Parameters.Add(new NpgsqlParameter { Value = page.AfterNumber });
        command.Parameters.Add(new NpgsqlParameter { Value = page.Take });
        command.Parameters.Add(new NpgsqlParameter { Value = Limits.ShownOfRecord });
        command.Parameters.AddRange(more);
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) rows.Add(read(reader));
        return rows;
    }

    public static NpgsqlParameter TextArray(IEnumerable<string>? values) => new()
    {
        Value = (object?)values?.ToArray() ?? DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
    };

    public static NpgsqlParameter Instant(DateTimeOffset? instant) => new()
    {
        Value = (object?)instant?.ToUniversalTime() ?? DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.TimestampTz,
    };

    public static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    /// <returns>Null where both are shown: whether a row must be open.</returns>
    public static NpgsqlParameter MustBeOpen(ListedState? state) => new()
    {
        Value = (state ?? ListedState.Open) switch
        {
            ListedState.Open => true,
            ListedState.Resolved => false,
            ListedState.All => DBNull.Value,
            _ => throw new InvalidOperationException($"State {state} is unknown."),
        },
        NpgsqlDbType = NpgsqlDbType.Boolean,
    };
}
