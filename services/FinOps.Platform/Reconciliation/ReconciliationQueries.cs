using System.Globalization;
using System.Numerics;
using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Hosting;
using FinOps.Platform.Metering;
using FinOps.Platform.Reporting;
using GraphQL;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Reconciliation;

/// <summary>Whether figures agree with what they are made of.</summary>
[Name("Reconciliation")]
public sealed class ReconciliationView(UsageFilter where, LedgerView ledger)
{
    /// <summary>Buckets against the stored events.</summary>
    public LedgerView Ledger { get; } = ledger;

    /// <summary>Fleet cost against its shares, compared now, by whole hours of UTC; so for each hour, day and month in the window.</summary>
    public async Task<AllocationView> Allocation(
        [FromServices] CompareAllocation compare, [FromServices] NpgsqlDataSource database, CancellationToken cancellation)
    {
        if (where.Tenants is not null || where.Models is not null)
            throw new RejectedException(new Rejection("filter_unsupported", "where", "A fleet's cost is that of all its tenants and models; leave `tenants` and `models` out."));
        var balances = await compare.CompareAsync(where.Window(), where.Fleets?.ToHashSet(StringComparer.Ordinal), cancellation);
        await using var command = database.CreateCommand("select checked_at from finops.allocation_check");
        return AllocationView.Of(balances, await command.ExecuteScalarAsync(cancellation) is DateTime at ? new DateTimeOffset(at) : null);
    }
}

/// <summary>What the check of the ledger, each five minutes, saw last.</summary>
/// <param name="CheckedAt">Null before the first check.</param>
/// <param name="IsBalanced">No difference is open in what was asked for, and a check has been.</param>
/// <param name="EventsChecked">The stored events that the buckets were compared with, of all tenants.</param>
/// <param name="RecordsChecked">The records in them.</param>
/// <param name="StreamsPending">Streams that the last check left for the next: 0 but in the first checks of large books.</param>
/// <param name="KeysCheckedAt">When dedupe keys were counted last.</param>
/// <param name="Differences">What is open, oldest first; at most 1,000.</param>
/// <param name="Healed">What was open and is right again, latest first; at most 1,000, of the last 90 days.</param>
[Name("LedgerReconciliation")]
public sealed record LedgerView(
    DateTimeOffset? CheckedAt,
    bool IsBalanced,
    long EventsChecked,
    long RecordsChecked,
    long StreamsPending,
    DateTimeOffset? KeysCheckedAt,
    IReadOnlyList<LedgerDifferenceView> Differences,
    IReadOnlyList<LedgerDifferenceView> Healed);

/// <summary>One figure that should be another.</summary>
/// <param name="Kind">What does not agree.</param>
/// <param name="Tenant">Null where it is of all tenants together.</param>
/// <param name="Model">Null where it is of all.</param>
/// <param name="Fleet">Null where records named none, or it is of all.</param>
/// <param name="RateClass">Of the bucket; null where it is of all.</param>
/// <param name="Tags">Of the bucket; null where its records have none, or it is of all.</param>
/// <param name="BucketStart">The quarter-hour in UTC; of a stream its month. Null where it is of all time.</param>
/// <param name="Unit">A unit class, <c>records</c>, <c>incomplete</c>, <c>failed</c>, <c>rows</c>, <c>keys</c> or <c>mix</c>.</param>
/// <param name="Expected">What the events say.</param>
/// <param name="Found">What is there.</param>
/// <param name="FirstSeenAt">By the check that found it.</param>
/// <param name="LastSeenAt">By the last check that still found it.</param>
/// <param name="HealedAt">By the check that found it right again.</param>
[Name("LedgerDifference")]
public sealed record LedgerDifferenceView(
    LedgerDifferenceKind Kind,
    string? Tenant,
    string? Model,
    string? Fleet,
    string? RateClass,
    string? Tags,
    DateTimeOffset? BucketStart,
    string Unit,
    long Expected,
    long Found,
    DateTimeOffset FirstSeenAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset? HealedAt);

/// <summary>Whether the books are right.</summary>
public sealed class ReconciliationQueries
{
    private const string Filter =
        """
        (kind = 'Keys' or (slot >= $1 and slot < $2 and ($3::text[] is null or tenant = any($3)) and ($4::text[] is null or model = any($4))
          and ($5::text[] is null or fleet = any($5) or kind = 'Events')))
        """;

    /// <summary>The ledger against its events. Differences that belong to nobody, such as those of dedupe keys, are always shown.</summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<ReconciliationView> ReconciliationAsync(
        UsageFilter where, [FromServices] NpgsqlDataSource database, [FromServices] Viewer viewer, CancellationToken cancellation)
    {
        var window = where.Window();
        if (where.Tags is not null)
            throw new RejectedException(new Rejection("filter_unsupported", "where.tags", "Books are compared whole, whatever the tags; leave `tags` out."));
        var tenants = viewer.Narrow(where.Tenants)?.Select(t => t.Value).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        var open = await DifferencesAsync($"healed_at is null and {Filter} order by first_seen_at, id");
        var healed = await DifferencesAsync($"healed_at is not null and {Filter} order by healed_at desc, id");
        await using var command = new NpgsqlCommand(
            "select checked_at, events, records, streams_pending, keys_checked_at from finops.ledger_check", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return new ReconciliationView(where, await row.ReadAsync(cancellation)
            ? new LedgerView(row.Instant(0), open.Count == 0, row.GetInt64(1), Count(row, 2), row.GetInt64(3), row.Instant(4), open, healed)
            : new LedgerView(null, false, 0, 0, 0, null, open, healed));

        async Task<List<LedgerDifferenceView>> DifferencesAsync(string which)
        {
            await using var query = new NpgsqlCommand(
                $"""
                select kind, tenant, model, fleet, rate_class, tags, slot, unit, expected, found, first_seen_at, last_seen_at, healed_at
                from finops.ledger_difference where {which} limit {Limits.LedgerDifferencesKept.ToString(CultureInfo.InvariantCulture)}
                """, connection)
            {
                Parameters =
                {
                    new() { Value = window.FirstSlot.Index },
                    new() { Value = window.EndSlot.Index },
                    Texts(tenants),
                    Texts(where.Models?.ToArray()),
                    Texts(where.Fleets?.ToArray()),
                },
            };
            var differences = new List<LedgerDifferenceView>();
            await using var found = await query.ExecuteReaderAsync(cancellation);
            while (await found.ReadAsync(cancellation)) differences.Add(View(found));
            return differences;
        }
    }

    private static LedgerDifferenceView View(NpgsqlDataReader row)
    {
        var kind = Enum.Parse<LedgerDifferenceKind>(row.GetString(0));
        var isOfAll = kind == LedgerDifferenceKind.Keys;
        var isOfBucket = kind is LedgerDifferenceKind.Bucket or LedgerDifferenceKind.RecordTime;
        return new LedgerDifferenceView(
            kind, Named(1), Named(2), Named(3), isOfBucket ? RateClass.Parse(row.GetString(4)).Label : null, Named(5),
            isOfAll ? null : new QuarterHour(row.GetInt32(6)).Start, row.GetString(7), Count(row, 8), Count(row, 9), row.Instant(10)!.Value,
            row.Instant(11)!.Value, row.Instant(12));

        string? Named(int column) => row.GetString(column) is { Length: > 0 } name ? name : null;
    }

    /// <summary>A sum may pass 2^63 where rows are damaged; that it is far too large can be seen all the same.</summary>
    private static long Count(NpgsqlDataReader row, int column) => long.CreateSaturating(row.GetFieldValue<BigInteger>(column));

    private static NpgsqlParameter Texts(string[]? values) => new()
    {
        Value = (object?)values ?? DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
    };
}
