using FinOps.Domain.Metering;
using Marten;
using Npgsql;

namespace FinOps.Platform.Metering;

/// <summary>Stored events of usage streams, as they are read past Marten's sessions.</summary>
internal static class StoredUsage
{
    public const string Recorded = "usage_recorded_v1";

    public static readonly IReadOnlyDictionary<string, Type> Types = new Dictionary<string, Type>
    {
        [Recorded] = typeof(UsageRecorded),
        ["usage_voided_v1"] = typeof(UsageVoided),
        ["usage_amended_v1"] = typeof(UsageAmended),
    };

    public static object Read(ISerializer serializer, NpgsqlDataReader row, int type, int data) =>
        Types.TryGetValue(row.GetString(type), out var known)
            ? serializer.FromJson(known, row, data)
            : throw new InvalidOperationException($"A usage stream holds a {row.GetString(type)}, which is no usage.");
}
