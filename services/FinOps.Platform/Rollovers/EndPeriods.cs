using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Budgets;
using FinOps.Platform.Hosting;
using Hangfire;
using Marten;
using Npgsql;

namespace FinOps.Platform.Rollovers;

/// <summary>
/// Writes down what a budget's period came to, once it has ended and settled; of several that were missed, each, in order. A period is a
/// stretch of time and not a tick, so a run that comes late, twice, at once or after a kill finds the same ones to do, also where clocks
/// change: the row is unique, and what is there is left alone.
/// </summary>
public sealed class EndPeriods(NpgsqlDataSource database, IDocumentStore store, BudgetSpends spends, TimeProvider clock)
{
    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellation)
    {
        var settled = clock.GetUtcNow() - Limits.HourSettlesAfter;
        foreach (var (id, last) in await OpenAsync(cancellation))
        {
            Budget state;
            await using (var session = store.QuerySession()) state = (await BudgetStreams.LoadAsync(session, id, cancellation)).State;
            if (state is not Budget.Open open) continue;
            foreach (var period in Ended(open.Terms.Period, last, settled).Take(Limits.PeriodsEndedPerRun)) await EndAsync(open, period, cancellation);
        }
    }

    /// <summary>The periods that start after the last one written down and have ended, in order.</summary>
    internal static IEnumerable<Window> Ended(BudgetPeriod period, DateTimeOffset? last, DateTimeOffset settled)
    {
        switch (period)
        {
            case BudgetPeriod.Custom { Window: var window }:
                if (last is null && window.To <= settled) yield return window;
                break;
            // Every day ends one, and says what the day before said but for a day.
            case BudgetPeriod.Rolling:
                break;
            default:
                // Each starts where the one before it ended, whatever the clocks of the zone do.
                var next = BudgetCalendar.Current(period, last is { } written ? BudgetCalendar.Current(period, written).To : DateTimeOffset.UnixEpoch);
                for (; next.To <= settled; next = BudgetCalendar.Current(period, next.To)) yield return next;
                break;
        }
    }

    private async Task<IReadOnlyList<(BudgetId Id, DateTimeOffset? Last)>> OpenAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select b.id, (select max(p.period_start) from finops.budget_period p where p.budget_id = b.id) from finops.budget b where not b.closed order by b.id
            """);
        var open = new List<(BudgetId, DateTimeOffset?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            open.Add((new BudgetId(reader.GetString(0)), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1)));
        return open;
    }

    private async Task EndAsync(Budget.Open budget, Window period, CancellationToken cancellation)
    {
        var figures = await spends.OfAsync(budget.Terms, period, new SpendsRead(), cancellation);
        await using var command = database.CreateCommand(
            """
            insert into finops.budget_period (budget_id, period_start, period_end, amount, spend, currency, ended_at) values ($1, $2, $3, $4, $5, $6, $7)
            on conflict do nothing
            """);
        foreach (var value in (object[])
        [
            budget.Id.Value, period.From.UtcDateTime, period.To.UtcDateTime, figures.Limit, (object?)figures.Known ?? DBNull.Value, budget.Terms.Amount.Currency.Code, clock.GetUtcNow().UtcDateTime,
        ])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
