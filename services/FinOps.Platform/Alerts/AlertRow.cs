using FinOps.Domain.Budgets;
using Npgsql;

namespace FinOps.Platform.Alerts;

/// <summary>A row of <c>finops.alert</c> as <c>alerts</c> shows it, without deliveries and crossing.</summary>
internal static class AlertRow
{
    /// <summary>In the order in which <see cref="Of"/> reads them; more may follow.</summary>
    public const string Columns =
        """
        id, budget_id, tenant, threshold, period_start, period_end,
        case when retracted_at is null then status else 'RETRACTED' end, crossed_at, amount, spend, currency, kind, notice_of, retracted_at, cause,
        basis, case basis when 'ABSOLUTE' then round(threshold * 100 / amount, 2) else threshold end as percent
        """;

    /// <summary>Whether it tells of cost, or of how busy fleets were, which not every tenant may see.</summary>
    public const string IsOfCost = "(measure like 'COST%' or measure in ('IDLE_SHARE', 'UTILISATION'))";

    /// <summary>The first column after them.</summary>
    public const int Next = 17;

    public static AlertView Of(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetDecimal(16), reader.GetFieldValue<DateTimeOffset>(4),
        reader.GetFieldValue<DateTimeOffset>(5), Enum.Parse<AlertStatus>(reader.GetString(6), ignoreCase: true),
        reader.GetFieldValue<DateTimeOffset>(7), reader.GetDecimal(8), reader.GetDecimal(9), reader.GetString(10), [])
    {
        ThresholdKind = Enum.Parse<ThresholdKind>(reader.GetString(15), ignoreCase: true),
        ThresholdAmount = reader.GetString(15) == "ABSOLUTE" ? reader.GetDecimal(3) : null,
        Kind = Enum.Parse<AlertKind>(reader.GetString(11).Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
        NoticeOf = reader.IsDBNull(12) ? null : reader.GetString(12),
        RetractedAt = reader.IsDBNull(13) ? null : reader.GetFieldValue<DateTimeOffset>(13),
        Cause = reader.IsDBNull(14) ? null : reader.GetString(14),
    };
}
