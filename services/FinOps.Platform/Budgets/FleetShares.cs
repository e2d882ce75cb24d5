using FinOps.Domain.Budgets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using FinOps.Platform.Pricing;
using FinOps.Platform.Reporting;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>How idle fleets were: the figures of <c>unitCost</c> by USAGE, over whole fleets, so that spare capacity counts as idle.</summary>
public sealed class FleetShares(NpgsqlDataSource database, LiveBooks books, SeenSeries seen, SumUnitCost sum, TimeProvider clock, IConfiguration configuration)
{
    private readonly TimeSpan hourSettlesAfter = configuration.GetValue("Reporting:HourSettlesAfter", Limits.HourSettlesAfter);

    /// <summary>
    /// Of the fleets that the scope names, as far as they ever carried the tenant's usage: another tenant's fleet tells nothing. Where it names
    /// none, of those that carried it in the hours looked at.
    /// </summary>
    internal async Task<FleetShare> OfAsync(BudgetTerms terms, Window period, CancellationToken cancellation)
    {
        var needed = FleetShare.HoursNeededOf(period);
        if (FleetShare.SettledOf(period, clock.GetUtcNow(), hourSettlesAfter) is not { } settled) return new FleetShare([], null, 0, needed, null);
        var known = await books.NowAsync(cancellation);
        var fleets = (await FleetsAsync(terms, settled, cancellation)).Where(known.Fleets.IsRegistered).ToHashSet();
        var names = fleets.Select(f => f.Value).Order(StringComparer.Ordinal).ToList();
        var hours = fleets.SelectMany(f => FleetHours.Within(known.Fleets, f, settled, settled.To.AddTicks(-1))).ToList();
        if (hours.Count == 0) return new FleetShare(names, settled, 0, needed, null);
        // Of several currencies any will do for a share, as long as rates join them.
        var share = await IdleShareAsync(fleets, settled, hours[0].Cost.Cost.Currency, cancellation);
        return new FleetShare(names, settled, hours.Select(h => h.Hour).Distinct().Count(), needed, share);
    }

    /// <returns>The end of the last hour that had settled by an instant.</returns>
    internal DateTimeOffset SettledBy(DateTimeOffset instant) => FleetShare.HourBegun(instant - hourSettlesAfter);

    /// <returns>Of what the fleets cost as a whole, whoever used them, the part that no work used; null where nothing cost.</returns>
    internal async Task<decimal?> IdleShareAsync(HashSet<FleetId> fleets, Window window, Currency currency, CancellationToken cancellation)
    {
        var question = new UnitCostQuestion
        {
            Window = window,
            GroupBy = [Dimension.Fleet],
            Buckets = TimeBuckets.None,
            Tenants = null,
            Models = null,
            Fleets = fleets,
            ShowsCost = true,
            Currency = currency,
            Basis = CostBasis.Usage,
            Now = clock.GetUtcNow(),
        };
        var summary = await sum.RunAsync(question, cancellation);
        return summary.Total.Cost is > 0 and { } cost
            ? summary.Rows.Where(r => r.Key.Kind == RowKind.Idle).Sum(r => r.Cell.Cost ?? 0) / cost
            : null;
    }

    private async Task<IReadOnlySet<FleetId>> FleetsAsync(BudgetTerms terms, Window settled, CancellationToken cancellation)
    {
        var mine = (await seen.OfAsync([terms.Tenant], cancellation)).Where(s => s.Series.Fleet is not null).ToList();
        if (!terms.Scope.Fleets.IsEmpty) return mine.Select(s => s.Series.Fleet!.Value).Where(f => terms.Scope.Fleets.Contains(f.Value)).ToHashSet();
        await using var command = database.CreateCommand(
            """
            select s.id from unnest($1::int[]) s (id)
            where (select sum(b.records) from finops.bucket b where b.series = s.id and b.slot >= $2 and b.slot < $3) > 0
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = mine.Select(s => s.Id).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = settled.FirstSlot.Index });
        command.Parameters.Add(new NpgsqlParameter { Value = settled.EndSlot.Index });
        var used = new HashSet<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) used.Add(reader.GetInt32(0));
        return mine.Where(s => used.Contains(s.Id)).Select(s => s.Series.Fleet!.Value).ToHashSet();
    }
}
