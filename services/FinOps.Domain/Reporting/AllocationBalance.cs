using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>What a fleet's hour costs beside what the rows of a report make of it; they differ only where something is wrong.</summary>
/// <param name="Fleet">The fleet, or what serves several.</param>
/// <param name="Hour">In hours since 1970.</param>
/// <param name="Cost">By its cost lines.</param>
/// <param name="Usage">Carried by work.</param>
/// <param name="Idle">Carried by none.</param>
/// <param name="Shared">Of what serves several fleets.</param>
public sealed record FleetHourBalance(FleetId Fleet, int Hour, decimal Cost, decimal Usage, decimal Idle, decimal Shared)
{
    public decimal Difference => Usage + Idle + Shared - Cost;
}

/// <summary>Σ tenants + idle + shared = fleet cost, hour by hour; what is right for each hour is right for each day and month.</summary>
public static class AllocationBalance
{
    /// <param name="costs">Every hour that costs, each once.</param>
    /// <param name="rows">Of a report by fleet and hour.</param>
    /// <param name="hours">Its hours.</param>
    /// <param name="tokens">What tokens cost in hours, by lines that price them; it comes on top.</param>
    /// <returns>By fleet and hour; also hours that only one side knows.</returns>
    public static IReadOnlyList<FleetHourBalance> Of(
        IEnumerable<(FleetId Fleet, int Hour, FleetHourCost Cost)> costs, IEnumerable<(CellKey Key, UnitCostCell Cell)> rows, TimeBuckets hours,
        IEnumerable<(FleetId Fleet, int Hour, decimal Cost)>? tokens = null)
    {
        var balances = new Dictionary<(string Fleet, int Hour), FleetHourBalance>();
        foreach (var (fleet, hour, cost) in costs) balances.Add((fleet.Value, hour), new FleetHourBalance(fleet, hour, cost.Cost.Amount, 0, 0, 0));
        foreach (var (fleet, hour, cost) in tokens ?? [])
        {
            var balance = balances.GetValueOrDefault((fleet.Value, hour)) ?? new FleetHourBalance(fleet, hour, 0, 0, 0, 0);
            balances[(fleet.Value, hour)] = balance with { Cost = balance.Cost + cost };
        }

        foreach (var (key, cell) in rows)
        {
            if (key.Fleet is not { } fleet || cell.Cost is not { } amount) continue;
            var place = (fleet, hours.StartOf(key.Bucket).Hour);
            var balance = balances.GetValueOrDefault(place) ?? new FleetHourBalance(new FleetId(fleet), place.Hour, 0, 0, 0, 0);
            balances[place] = key.Kind switch
            {
                RowKind.Usage or RowKind.Unattributed => balance with { Usage = balance.Usage + amount },
                RowKind.Idle => balance with { Idle = balance.Idle + amount },
                RowKind.Shared => balance with { Shared = balance.Shared + amount },
                _ => throw new InvalidOperationException($"A row of kind {key.Kind} stands for no hour of a fleet."),
            };
        }

        return [.. balances.Values.OrderBy(b => b.Fleet.Value, StringComparer.Ordinal).ThenBy(b => b.Hour)];
    }
}
