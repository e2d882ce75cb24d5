using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Metering;
using GraphQL;
using Npgsql;
using NpgsqlTypes;
using Id = GraphQL.IdAttribute;

namespace FinOps.Platform.Corrections;

/// <summary>Which corrections; what is left out selects all.</summary>
public sealed class CorrectionFilter
{
    /// <summary>Record time, inclusive.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Record time, exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Corrections that touched usage of one of these.</summary>
    public IReadOnlyList<string>? Tenants { get; init; }

    public IReadOnlyList<CorrectionKind>? Kinds { get; init; }

    public IReadOnlyList<string>? Backfills { get; init; }
}

/// <summary>A correction: who took back or amended what, when and why.</summary>
[ConnectionName("Correction")]
[Name("Correction")]
public sealed record CorrectionView(
    [property: Id] string Id,
    DateTimeOffset RecordedAt,
    string By,
    CorrectionKind Kind,
    string Reason,
    string? Tenant,
    string? Source,
    string? RecordId,
    string? Backfill,
    long RecordsBefore,
    long RecordsAfter,
    long TokensBefore,
    long TokensAfter,
    IReadOnlyList<CorrectedMeter> Meters);

/// <summary>The list of corrections, oldest first.</summary>
public sealed class CorrectionQueries
{
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<Connection<CorrectionView>> CorrectionsAsync(
        CorrectionFilter? where, int? first, string? after, [FromServices] NpgsqlDataSource database, [FromServices] Viewer viewer,
        CancellationToken cancellation)
    {
        var page = PageRequest.Of(first, after);
        await using var command = database.CreateCommand(
            """
            select c.number, c.id, c.recorded_at, c.recorded_by, c.kind, c.reason, c.tenant, c.source, c.record_id, c.backfill,
                   c.records_before, c.records_after, c.tokens_before, c.tokens_after
            from finops.correction c
            where c.number > $1 and ($2::timestamptz is null or c.recorded_at >= $2) and ($3::timestamptz is null or c.recorded_at < $3)
              and ($4::text[] is null or exists (select from finops.correction_event e where e.correction = c.id and e.tenant = any($4)))
              and ($5::text[] is null or c.kind = any($5)) and ($6::text[] is null or c.backfill = any($6))
            order by c.number limit $7
            """);
        command.Parameters.Add(new() { Value = page.AfterNumber });
        command.Parameters.Add(Instant(where?.From));
        command.Parameters.Add(Instant(where?.To));
        command.Parameters.Add(Texts(viewer.Narrow(where?.Tenants)?.Select(t => t.Value)));
        command.Parameters.Add(Texts(where?.Kinds?.Select(k => k.ToString())));
        command.Parameters.Add(Texts(where?.Backfills));
        command.Parameters.Add(new() { Value = page.Take });
        var rows = new List<(long Number, CorrectionView View)>();
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            while (await row.ReadAsync(cancellation))
            {
                rows.Add((row.GetInt64(0), new CorrectionView(
                    row.GetGuid(1).ToString(), row.Instant(2)!.Value, row.GetString(3), Enum.Parse<CorrectionKind>(row.GetString(4)),
                    row.GetString(5), row.Text(6), row.Text(7), row.Text(8), row.Text(9), row.GetInt64(10), row.GetInt64(11),
                    row.GetInt64(12), row.GetInt64(13), [])));
            }
        }

        var meters = await MetersAsync(database, rows.Select(r => Guid.Parse(r.View.Id)).ToArray(), cancellation);
        var numbers = rows.ToDictionary(r => r.View.Id, r => r.Number);
        return page.Page([.. rows.Select(r => r.View with { Meters = [.. meters[r.View.Id]] })], view => $"{numbers[view.Id]}");
    }

    private static async Task<ILookup<string, CorrectedMeter>> MetersAsync(NpgsqlDataSource database, Guid[] ids, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select correction, tenant, model,
                   coalesce(sum(records) filter (where is_void), 0)::bigint, coalesce(sum(records) filter (where not is_void), 0)::bigint,
                   coalesce(sum(tokens) filter (where is_void), 0)::bigint, coalesce(sum(tokens) filter (where not is_void), 0)::bigint
            from finops.correction_event where correction = any($1) group by 1, 2, 3 order by 1, 2, 3
            """);
        command.Parameters.Add(new() { Value = ids });
        var meters = new List<(string Correction, CorrectedMeter Meter)>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            meters.Add((row.GetGuid(0).ToString(), new CorrectedMeter(
                row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6))));
        }

        return meters.ToLookup(m => m.Correction, m => m.Meter);
    }

    private static NpgsqlParameter Instant(DateTimeOffset? instant) => new()
    {
        Value = instant is { } given ? given.ToUniversalTime() : DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.TimestampTz,
    };

    private static NpgsqlParameter Texts(IEnumerable<string>? texts) => new()
    {
        Value = (object?)texts?.ToArray() ?? DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
    };
}
