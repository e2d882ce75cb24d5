using System.Text.Json;
using FinOps.Domain.Metering;
using FinOps.Platform.Metering;
using Npgsql;

namespace FinOps.Platform.Corrections;

/// <summary>By which correction a record's content counts no longer.</summary>
/// <param name="At">Record time of the correction.</param>
/// <param name="Reason">Why.</param>
/// <param name="Replaced">Whether other content took its place.</param>
/// <param name="Backfill">The backfill that was voided as a whole.</param>
internal sealed record TakenBy(DateTimeOffset At, string Reason, bool Replaced, string? Backfill);

/// <summary>What of one stream counts no longer: the ranges are read at once, what lies in them when it is come to.</summary>
internal sealed class TakenPlaces
{
    private readonly NpgsqlDataSource database;
    private readonly string stream;
    private readonly List<(long First, long Last, bool IsWhole)> ranges;
    private readonly Dictionary<long, List<(HashSet<int>? Positions, TakenBy By)>> places = [];

    private TakenPlaces(NpgsqlDataSource database, string stream, List<(long, long, bool)> ranges) =>
        (this.database, this.stream, this.ranges) = (database, stream, ranges);

    public static async Task<TakenPlaces> OfAsync(NpgsqlDataSource database, string stream, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select first_version, last_version, is_whole from finops.correction_event where stream = $1 and is_void");
        command.Parameters.Add(new() { Value = stream });
        var ranges = new List<(long, long, bool)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) ranges.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetBoolean(2)));
        return new TakenPlaces(database, stream, ranges);
    }

    /// <returns>The first version from this one on of which something may count.</returns>
    public long NextCounting(long version)
    {
        while (ranges.FirstOrDefault(r => r.IsWhole && r.First <= version && version <= r.Last) is { IsWhole: true } range) version = range.Last + 1;
        return version;
    }

    /// <summary>Reads what was taken back of the versions from <paramref name="first"/> up to and without <paramref name="end"/>.</summary>
    public async Task LoadAsync(long first, long end, CancellationToken cancellation)
    {
        places.Clear();
        if (!ranges.Exists(r => r.First < end && r.Last >= first)) return;
        await using var command = database.CreateCommand(
            """
            select e.data ->> 'recordedAt', e.data ->> 'reason', e.data ? 'replacedIn', e.data ->> 'backfill', (e.data -> 'from')::text
            from finops.correction_event c join finops.mt_events e on e.stream_id = c.stream and e.version = c.version
            where c.stream = $1 and c.is_void and c.first_version < $3 and c.last_version >= $2
            """);
        command.Parameters.Add(new() { Value = stream });
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = end });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!Instant.TryRead(reader.GetString(0), out var at)) throw new InvalidOperationException($"A void in {stream} has no record time.");
            var by = new TakenBy(at, reader.GetString(1), reader.GetBoolean(2), reader.IsDBNull(3) ? null : reader.GetString(3));
            var taken = JsonSerializer.Deserialize<List<TakenFrom>>(reader.GetString(4), JsonSerializerOptions.Web)!;
            foreach (var from in taken.Where(f => f.Version >= first && f.Version < end)) Add(from, by);
        }
    }

    /// <returns>Null where the record counts; only for versions that were loaded.</returns>
    public TakenBy? At(long version, int position)
    {
        if (!places.TryGetValue(version, out var taken)) return null;
        foreach (var (positions, by) in taken)
        {
            if (positions is null || positions.Contains(position)) return by;
        }

        return null;
    }

    private void Add(TakenFrom from, TakenBy by)
    {
        if (!places.TryGetValue(from.Version, out var taken)) places[from.Version] = taken = [];
        taken.Add((from.Positions?.ToHashSet(), by));
    }
}
