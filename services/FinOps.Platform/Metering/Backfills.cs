using System.Collections.Concurrent;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>
/// Named backfills: which streams hold their records, and which names are used up. A commit of backfilled records holds their names' locks,
/// shared; who voids a backfill holds it alone, so that no commit under way slips by.
/// </summary>
internal sealed class Backfills
{
    /// <summary>Every tenant's part.</summary>
    public const string AnyTenant = "";

    private const string LockId = "hashtextextended('finops-backfill/' || name, 0)";

    private readonly ConcurrentDictionary<(string Backfill, string Stream), bool> noted = new();

    /// <summary>The two statements that a commit of backfilled records begins with, before any other lock: the names' locks, and those used up.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Enter(string[] names)
    {
        yield return new($"select pg_advisory_xact_lock_shared({LockId}) from unnest($1) name") { Parameters = { new() { Value = names } } };
        yield return new("select backfill, tenant from finops.voided_backfill where backfill = any($1)") { Parameters = { new() { Value = names } } };
    }

    /// <summary>Reads the answers to <see cref="Enter"/> and moves on to the next statement's.</summary>
    public static async Task<HashSet<(string, string)>> ReadVoidedAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var voided = new HashSet<(string, string)>();
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) voided.Add((reader.GetString(0), reader.GetString(1)));
        await reader.NextResultAsync(cancellation);
        return voided;
    }

    public static bool IsVoided(HashSet<(string, string)> voided, UsageRecord record) => voided.Count > 0 && record.Backfill is { } name
        && (voided.Contains((name, AnyTenant)) || voided.Contains((name, record.Tenant.Value)));

    /// <summary>Alone with the name until the transaction ends: commits under way are over, later ones wait.</summary>
    public static async Task EnterAloneAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock({LockId}) from unnest($1) name", connection)
        {
            Parameters = { new() { Value = new[] { name } } },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Notes, in the commit's transaction, which streams took backfilled records.</summary>
    /// <returns>What to remember once it has committed.</returns>
    /// <param name="batch">Grows.</param>
    /// <param name="accepted">Records with their streams.</param>
    public IReadOnlyList<(string Backfill, string Stream)> Note(NpgsqlBatch batch, IEnumerable<(string Stream, IReadOnlyList<UsageRecord> Records)> accepted)
    {
        var news = accepted.SelectMany(s => NamesOf(s.Records).Select(name => (Backfill: name, s.Stream))).Where(r => !noted.ContainsKey(r))
            .OrderBy(r => r.Backfill, StringComparer.Ordinal).ThenBy(r => r.Stream, StringComparer.Ordinal).ToList();
        if (news.Count == 0) return news;
        batch.BatchCommands.Add(new("insert into finops.backfill_stream (backfill, stream) select * from unnest($1, $2) on conflict do nothing")
        {
            Parameters = { new() { Value = news.Select(n => n.Backfill).ToArray() }, new() { Value = news.Select(n => n.Stream).ToArray() } },
        });
        return news;
    }

    /// <returns>The backfills that the records name.</returns>
    public static IReadOnlySet<string> NamesOf(IEnumerable<UsageRecord> records)
    {
        var (names, last) = (new HashSet<string>(), default(string));
        foreach (var record in records)
        {
            if (record.Backfill == last || record.Backfill is null) continue;
            names.Add(last = record.Backfill);
        }

        return names;
    }

    public void Remember(IReadOnlyList<(string Backfill, string Stream)> committed)
    {
        foreach (var stream in committed)
        {
            if (noted.Count < Limits.BackfillStreamsNoted) noted[stream] = true;
        }
    }

    /// <returns>The streams that may hold the backfill's records, ordinal.</returns>
    public static async Task<IReadOnlyList<string>> StreamsAsync(
        NpgsqlConnection connection, string name, TenantId? tenant, CancellationToken cancellation)
    {
        var prefix = tenant is { } one ? MeterMonth.Prefix(one) : "usage/";
        await using var command = new NpgsqlCommand(
            "select stream from finops.backfill_stream where backfill = $1 and starts_with(stream, $2) order by stream", connection)
        {
            Parameters = { new() { Value = name }, new() { Value = prefix } },
        };
        var streams = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) streams.Add(reader.GetString(0));
        return streams;
    }
}
