using FinOps.Domain.Metering;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Metering;

/// <summary>
/// Writes the usage events of a commit into Marten's tables, all streams in two statements. Marten appends stream by stream, with a function
/// call each, which takes six times as long; everything else reads and writes these tables through Marten, and a test holds each column
/// against what Marten itself writes. The caller holds the streams' row locks and knows their versions.
/// </summary>
internal sealed class LedgerEvents(IDocumentStore store)
{
    private static readonly string DotNetType = $"{typeof(UsageRecorded).FullName}, {typeof(UsageRecorded).Assembly.GetName().Name}";

    private readonly ISerializer serializer = store.Options.Serializer();

    /// <summary>What a commit appends: one event per stream.</summary>
    /// <param name="Version">The stream's version before; null where the stream is new.</param>
    public readonly record struct Appended(string Stream, long? Version, UsageRecorded Event);

    /// <summary>
    /// Where a stream is not at the version that it was believed to be at, its event finds no version, which no event may lack: the database
    /// refuses the whole transaction.
    /// </summary>
    public void Append(NpgsqlBatch batch, IReadOnlyList<Appended> events)
    {
        if (events.Count == 0) return;
        var news = events.Where(e => e.Version is null).ToArray();
        if (news.Length > 0) batch.BatchCommands.Add(Start(news));
        batch.BatchCommands.Add(Grow(events));
    }

    /// <summary>Of two activations that start one stream, the unique id lets one commit.</summary>
    private static NpgsqlBatchCommand Start(Appended[] news) => new(
        "insert into finops.mt_streams (id, version) select stream, 1 from unnest($1) stream order by stream")
    {
        Parameters = { new() { Value = Array.ConvertAll(news, e => e.Stream) } },
    };

    private NpgsqlBatchCommand Grow(IReadOnlyList<Appended> events) => new(
        """
        with grown as (
          update finops.mt_streams s set version = t.version, timestamp = now()
          from unnest($1, $2) as t (id, version) where s.id = t.id and s.version = t.version - 1
          returning s.id, s.version)
        insert into finops.mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
        select nextval('finops.mt_events_sequence'), t.id, t.stream, case t.version when 1 then 1 else g.version end, t.data, $5, now(), $6
        from unnest($1, $2, $3, $4) as t (stream, version, id, data) left join grown g on g.id = t.stream
        """)
    {
        Parameters =
        {
            new() { Value = events.Select(e => e.Stream).ToArray() },
            new() { Value = events.Select(e => (e.Version ?? 0) + 1).ToArray() },
            new() { Value = events.Select(_ => Guid.CreateVersion7()).ToArray() },
            new() { Value = events.Select(e => serializer.ToJson(e.Event)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
            new() { Value = StoredUsage.Recorded },
            new() { Value = DotNetType },
        },
    };
}
