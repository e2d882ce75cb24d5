using System.Text.Json;
using System.Text.Json.Serialization;
using FinOps.Domain.Metering;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Metering;

/// <summary>
/// Writes the usage events of a commit into Marten's tables, all streams in two statements. Marten appends stream by stream, with a function
/// call each, which takes six times as long; everything else reads and writes these tables through Marten, and a test holds each column
/// against what Marten itself writes. The caller holds the streams' row locks and knows their versions.
/// </summary>
internal static class LedgerEvents
{
    private static readonly string DotNetType = $"{typeof(UsageRecorded).FullName}, {typeof(UsageRecorded).Assembly.GetName().Name}";

    /// <summary>What a commit appends: one event per stream.</summary>
    public readonly record struct Appended(string Stream, string Json);

    /// <summary>
    /// Where a stream is not at the version that it was believed to be at, its event finds no version, which no event may lack: the database
    /// refuses the whole transaction.
    /// </summary>
    /// <param name="events">By stream, in the order of their locks.</param>
    /// <param name="versions">Of the streams before; those that are not named are new.</param>
    public static IEnumerable<NpgsqlBatchCommand> Append(IReadOnlyList<Appended> events, Dictionary<string, long> versions)
    {
        if (events.Count == 0) yield break;
        var news = events.Where(e => !versions.ContainsKey(e.Stream)).ToArray();
        if (news.Length > 0) yield return Start(news);
        yield return Grow(events, versions);
    }

    /// <summary>As Marten's serializer writes it.</summary>
    public static string Json(UsageRecorded usage) => JsonSerializer.Serialize(usage, UsageRecordedJson.Default.UsageRecorded);

    /// <summary>Of two activations that start one stream, the unique id lets one commit.</summary>
    private static NpgsqlBatchCommand Start(Appended[] news) => new(
        "insert into finops.mt_streams (id, version) select stream, 1 from unnest($1) stream order by stream")
    {
        Parameters = { new() { Value = Array.ConvertAll(news, e => e.Stream) } },
    };

    private static NpgsqlBatchCommand Grow(IReadOnlyList<Appended> events, Dictionary<string, long> versions) => new(
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
            new() { Value = events.Select(e => versions.GetValueOrDefault(e.Stream) + 1).ToArray() },
            new() { Value = events.Select(_ => Guid.CreateVersion7()).ToArray() },
            new() { Value = events.Select(e => e.Json).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
            new() { Value = StoredUsage.Recorded },
            new() { Value = DotNetType },
        },
    };
}

/// <summary>How the event is written: as Marten's serializer writes it, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(UsageRecorded))]
internal sealed partial class UsageRecordedJson : JsonSerializerContext;
