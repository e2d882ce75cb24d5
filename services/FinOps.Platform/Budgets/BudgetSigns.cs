using FinOps.Domain.Budgets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Targets.Variance;
using FinOps.Domain.Values;
using FinOps.Platform.Reporting;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>What only a sweep asks of a budget: whether its usage still comes, and how its unit cost moved.</summary>
public sealed class BudgetSigns(NpgsqlDataSource database, SeenSeries seen, SumUnitCost sum, FleetShares shares, TimeProvider clock)
{
    private const int DaysBefore = 7;

    /// <summary>
    /// Hours since usage of the scope was last seen, or one of its fleets last reported; from the period's start where neither ever happened.
    /// </summary>
    internal async Task<decimal> SilentHoursAsync(BudgetTerms terms, Window period, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var question = BudgetQuestion.Of(terms, period, now);
        var series = (await seen.OfAsync([terms.Tenant], cancellation)).Where(s => question.Shows(s.Series)).Select(s => s.Id).ToArray();
        await using var command = database.CreateCommand(
            """
            select (select max(last.slot) from unnest($1::int[]) s (id) cross join lateral (
                      select b.slot from finops.bucket b where b.series = s.id and b.slot <= $2
                      group by b.slot having sum(b.records) > 0 order by b.slot desc limit 1) last),
                   (select max(r.to_ticks) from finops.fleet_report r where r.fleet = any($3::text[]))
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = series });
        command.Parameters.Add(new NpgsqlParameter { Value = QuarterHour.Holding(now).Index });
        command.Parameters.Add(new NpgsqlParameter { Value = terms.Scope.Fleets.ToArray() });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        DateTimeOffset? usage = row.IsDBNull(0) ? null : new QuarterHour(row.GetInt32(0)).End;
        DateTimeOffset? report = row.IsDBNull(1) ? null : new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero);
        var heard = (usage > report ? usage : report ?? usage) ?? period.From;
        return now <= heard ? 0 : decimal.Round((decimal)(now - heard).Ticks / TimeSpan.TicksPerHour, 2);
    }

    /// <summary>The last whole day of the budget's zone against the seven before it, and against its target.</summary>
    internal async Task<UnitCostDrift> DriftAsync(BudgetTerms terms, CancellationToken cancellation)
    {
        var (zone, today) = (terms.Period.TimeZone, BudgetCalendar.DateIn(terms.Period.TimeZone, clock.GetUtcNow()));
        var (day, week) = (BudgetCalendar.StartIn(zone, today.AddDays(-1)), BudgetCalendar.StartIn(zone, today.AddDays(-1 - DaysBefore)));
        var (before, _) = await SeenAsync(terms, new Window(week, day), explains: false, cancellation);
        var (last, cause) = await SeenAsync(terms, new Window(day, BudgetCalendar.StartIn(zone, today)), explains: true, cancellation);
        return new UnitCostDrift(before, last) { GapCause = cause };
    }

    private async Task<(UnitCostSeen Seen, string? GapCause)> SeenAsync(BudgetTerms terms, Window window, bool explains, CancellationToken cancellation)
    {
        var unitCost = terms with { Measure = BudgetMeasure.CostPerMillionTokens };
        var question = BudgetQuestion.With(unitCost, window, clock.GetUtcNow(), null, [Dimension.Fleet], explains);
        var summary = await sum.RunAsync(question, cancellation);
        var fleets = summary.Rows.Select(r => r.Key.Fleet).OfType<string>().Select(f => new FleetId(f)).ToHashSet();
        var idle = fleets.Count == 0 ? null : await shares.IdleShareAsync(fleets, window, terms.Amount.Currency, cancellation);
        return (new UnitCostSeen(summary.Total.CostPerMillionTokens, summary.Total.TargetPerMillionTokens, idle), GapCauseOf(summary));
    }

    /// <returns>What made most of the day dearer than its target; what only money is known of has no cause.</returns>
    private static string? GapCauseOf(UnitCostSummary summary)
    {
        if (summary.Evidence is not { } evidence || summary.Currency is not { } currency) return null;
        return ExplainVariance.Of(evidence, summary.Total.Targets?.Gap ?? 0, currency)
            .FirstOrDefault(e => e is { Money: > 0, Effect: not VarianceEffect.Unexplained })?.Text.TrimEnd('.');
    }
}
