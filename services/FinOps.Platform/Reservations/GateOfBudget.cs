using FinOps.Domain.Budgets;
using FinOps.Platform.Budgets;

namespace FinOps.Platform.Reservations;

/// <summary>
/// A budget has a gate exactly while it is open and its kind is hard: the row is written in the transaction of the budget's event, and says
/// nothing that the event does not. What is held stays held, should the budget become a hard one again.
/// </summary>
internal static class GateOfBudget
{
    /// <param name="transaction">That writes the budget.</param>
    /// <param name="budget">As it is from now on.</param>
    /// <param name="cancellation">Stops it.</param>
    public static Task FollowAsync(BudgetTransaction transaction, Budget budget, CancellationToken cancellation) => budget switch
    {
        Budget.Open { Terms: { Kind: BudgetKind.Hard } terms } open => OpenAsync(transaction, open.Id, terms, cancellation),
        Budget.Open other => EndAsync(transaction, other.Id, cancellation),
        Budget.Closed closed => EndAsync(transaction, closed.Id, cancellation),
        _ => throw new System.Diagnostics.UnreachableException(budget.GetType().Name),
    };

    // A gate that wrote on what it knew before finds another version and looks again.
    private static Task<int> OpenAsync(BudgetTransaction transaction, BudgetId id, BudgetTerms terms, CancellationToken cancellation) => transaction.ExecuteAsync(
        """
        insert into finops.gate (budget_id, tenant, currency, when_away, is_hard, version, measure, models, fleets, tags) values ($1, $2, $3, $4, true, 1, $5, $6, $7, $8)
        on conflict (budget_id) do update set when_away = excluded.when_away, is_hard = true, version = gate.version + 1
        where (gate.when_away, gate.is_hard) is distinct from (excluded.when_away, true)
        """,
        cancellation, id.Value, terms.Tenant.Value, terms.Amount.Currency.Code, terms.WhenAway.ToString().ToUpperInvariant(), terms.Measure.ToStored(),
        terms.Scope.Models.ToArray(), terms.Scope.Fleets.ToArray(), terms.Scope.Tags.SelectMany(t => (string[])[t.Key, t.Value]).ToArray());

    private static Task<int> EndAsync(BudgetTransaction transaction, BudgetId id, CancellationToken cancellation) => transaction.ExecuteAsync(
        "update finops.gate set is_hard = false, version = version + 1 where budget_id = $1 and is_hard", cancellation, id.Value);
}
