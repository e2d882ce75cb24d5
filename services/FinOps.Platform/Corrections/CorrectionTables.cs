using FinOps.Domain.Metering;
using Npgsql;
using NpgsqlTypes;

namespace FinOps.Platform.Corrections;

/// <summary>The rows that a correction writes beside its events.</summary>
internal static class CorrectionTables
{
    /// <summary>What was asked for, and of what.</summary>
    internal sealed record Subject(CorrectionKind Kind, string? Tenant, string? Source, string? RecordId, string? Backfill);

    public static NpgsqlBatchCommand Correction(
        Guid id, DateTimeOffset recordedAt, AskedCorrection asked, Subject subject, CorrectionReport report) => new(
        """
        insert into finops.correction
          (id, recorded_at, recorded_by, kind, reason, tenant, source, record_id, backfill,
           records_before, records_after, tokens_before, tokens_after)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """)
        {
            Parameters =
            {
                new() { Value = id },
                new() { Value = recordedAt },
                new() { Value = asked.By },
                new() { Value = subject.Kind.ToString() },
                new() { Value = asked.Reason },
                Text(subject.Tenant),
                Text(subject.Source),
                Text(subject.RecordId),
                Text(subject.Backfill),
                new() { Value = report.RecordsBefore },
                new() { Value = report.RecordsAfter },
                new() { Value = report.TokensBefore },
                new() { Value = report.TokensAfter },
            },
        };

    public static NpgsqlBatchCommand Event(string stream, long version, object fact)
    {
        var (sign, records) = LedgerFold.Meaning(fact);
        var (correction, from) = fact switch
        {
            UsageVoided voided => (voided.Correction, voided.From),
            UsageAmended amended => (amended.Correction, []),
            _ => throw new InvalidOperationException($"A {fact.GetType().Name} is no correction."),
        };
        var (first, last) = from.Count == 0 ? (version, version) : (from[0].Version, from[^1].Version);
        return new NpgsqlBatchCommand(
            """
            insert into finops.correction_event
              (stream, version, correction, is_void, tenant, model, records, tokens, first_version, last_version, is_whole)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """)
        {
            Parameters =
            {
                new() { Value = stream },
                new() { Value = version },
                new() { Value = correction },
                new() { Value = sign < 0 },
                new() { Value = records.Tenant },
                new() { Value = records.Model },
                new() { Value = (long)records.Ids.Count },
                new() { Value = records.Unpack().Sum(r => r.Quantities.Total) },
                new() { Value = first },
                new() { Value = last },
                // Versions follow each other without a gap and each is taken as a whole.
                new() { Value = from.Count > 0 && last - first + 1 == from.Count && from.All(f => f.Positions is null) },
            },
        };
    }

    /// <param name="tenant">Whose.</param>
    /// <param name="lane">Whose row.</param>
    /// <param name="voided">To add; below zero where a voided record counts again.</param>
    /// <param name="amended">To add.</param>
    public static NpgsqlBatchCommand Tally(string tenant, int lane, long voided, long amended) => new(
        """
        insert into finops.ingestion_tally as t (tenant, lane, accepted, duplicates, conflicts, quarantined, voided, amended)
        values ($1, $2, 0, 0, 0, 0, $3, $4)
        on conflict (tenant, lane) do update set voided = t.voided + excluded.voided, amended = t.amended + excluded.amended
        """)
    {
        Parameters = { new() { Value = tenant }, new() { Value = lane }, new() { Value = voided }, new() { Value = amended } },
    };

    private static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
