using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using GraphQL;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>One period of a budget: what the books say of it now, and what was written down when it had ended and settled.</summary>
[Name("BudgetPeriodFigures")]
public sealed class BudgetPeriodFiguresView
{
    private readonly BudgetTerms terms;
    private readonly Window window;
    private Task<PeriodFigures>? figures;

    private BudgetPeriodFiguresView(BudgetTerms terms, Window window, DateTimeOffset now, EndedPeriod? ended)
    {
        (this.terms, this.window) = (terms, window);
        (IsRunning, LimitAtEnd, SpendAtEnd, WrittenAt) = (window.From <= now && now < window.To, ended?.Limit, ended?.Spend, ended?.At);
    }

    public DateTimeOffset Start => window.From;

    /// <summary>Exclusive.</summary>
    public DateTimeOffset End => window.To;

    public bool IsRunning { get; }

    public string Currency => terms.Amount.Currency.Code;

    /// <summary>The amount that holds for it, of a period that is not whole its share.</summary>
    public decimal Amount => PeriodAmount.Own(terms, window, BudgetCalendar.WholeOf(terms.Period, window));

    /// <summary>When its end was written down; null while it runs or settles, and of a rolling budget, whose every day ends a period.</summary>
    public DateTimeOffset? WrittenAt { get; }

    /// <summary>The limit that was written down.</summary>
    public decimal? LimitAtEnd { get; }

    /// <summary>What was written down: later corrections, re-ratings and late usage are in <c>spend</c> only.</summary>
    public decimal? SpendAtEnd { get; }

    /// <summary>The amount with what was rolled over and, while it runs, a raise.</summary>
    public async Task<decimal> Limit([FromServices] BudgetSpends spends, CancellationToken cancellation) => (await FiguresAsync(spends, cancellation)).Limit;

    /// <summary>What the books say now; null where a share of fleets is not known.</summary>
    public async Task<decimal?> Spend([FromServices] BudgetSpends spends, CancellationToken cancellation) => (await FiguresAsync(spends, cancellation)).Known;

    /// <returns>The newest first: the one that runs, or the first one while it has not come, and those before it.</returns>
    internal static async Task<IReadOnlyList<BudgetPeriodFiguresView>> LastAsync(
        NpgsqlDataSource database, BudgetId id, BudgetTerms terms, int count, DateTimeOffset now, CancellationToken cancellation)
    {
        var ended = await EndedPeriod.LastAsync(database, id, count, cancellation);
        var views = new List<BudgetPeriodFiguresView>();
        for (Window? next = BudgetCalendar.Current(terms.Period, now); next is { } window && views.Count < count; next = BudgetCalendar.Before(terms.Period, window))
            views.Add(new BudgetPeriodFiguresView(terms, window, now, ended.GetValueOrDefault(window.From)));
        return views;
    }

    private Task<PeriodFigures> FiguresAsync(BudgetSpends spends, CancellationToken cancellation) =>
        figures ??= spends.OfAsync(terms, window, new SpendsRead(), cancellation);
}

/// <summary>A row of <c>finops.budget_period</c>.</summary>
internal sealed record EndedPeriod(decimal Limit, decimal? Spend, DateTimeOffset At)
{
    /// <returns>By start.</returns>
    public static async Task<IReadOnlyDictionary<DateTimeOffset, EndedPeriod>> LastAsync(
        NpgsqlDataSource database, BudgetId id, int count, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select period_start, amount, spend, ended_at from finops.budget_period where budget_id = $1 order by period_start desc limit $2");
        command.Parameters.Add(new NpgsqlParameter { Value = id.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = count });
        var ended = new Dictionary<DateTimeOffset, EndedPeriod>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
            ended.Add(row.GetFieldValue<DateTimeOffset>(0), new EndedPeriod(row.GetDecimal(1), row.IsDBNull(2) ? null : row.GetDecimal(2), row.GetFieldValue<DateTimeOffset>(3)));
        return ended;
    }
}
