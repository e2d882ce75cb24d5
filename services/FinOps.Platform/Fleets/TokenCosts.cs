using System.Runtime.CompilerServices;
using FinOps.Domain.Fleets;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Reporting;
using Npgsql;

namespace FinOps.Platform.Fleets;

/// <summary>What a fleet's tokens cost where its lines price them: the only cost of a fleet that needs its usage.</summary>
public sealed class TokenCosts(NpgsqlDataSource database, SeenSeries seen, TimeProvider clock)
{
    /// <returns>By quarter-hour of the window and line; nothing for a fleet without such lines.</returns>
    internal async IAsyncEnumerable<(QuarterHour Slot, CostLine Line, decimal Cost)> OfAsync(
        FleetBook book, FleetId fleet, Window window, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!book.PricesTokens(fleet)) yield break;
        var series = (await seen.OfAsync(null, cancellation)).Where(s => s.Series.Fleet == fleet).ToList();
        // A share is one of its whole hour.
        var (first, end) = FleetHours.Whole(window);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await foreach (var hour in UsageBuckets.FleetHoursAsync(connection, series, first, end, null, cancellation))
        {
            if (new QuarterHour(hour.Hour * FleetHours.Quarters).Start > clock.GetUtcNow()) continue;
            foreach (var share in FleetHourTokens.Of(book, fleet, hour.Usage)?.Shares ?? [])
            {
                if (window.Holds(hour.Usage[share.Use].Slot)) yield return (hour.Usage[share.Use].Slot, share.Line, share.Cost);
            }
        }
    }
}
