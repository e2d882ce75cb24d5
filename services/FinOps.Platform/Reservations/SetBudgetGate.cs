using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Budgets;
using Marten;
using Npgsql;

namespace FinOps.Platform.Reservations;

/// <summary>Makes a budget a hard one, or a soft one again: the event and the row, in one transaction. Saying it again changes nothing.</summary>
internal sealed class SetBudgetGate(NpgsqlDataSource database, IDocumentStore store, GateDirectory directory, TimeProvider clock)
{
    /// <exception cref="RejectedException">The budget cannot be one.</exception>
    public async Task RunAsync(BudgetId id, bool isHard, WhenAway whenAway, string by, CancellationToken cancellation)
    {
        Budget state;
        await using (var session = store.QuerySession()) state = (await BudgetStreams.LoadAsync(session, id, cancellation)).State;
        if (state is not Budget.Open open) throw new RejectedException(new Rejection("budget_closed", "budget", "The budget is closed; a closed one limits nothing."));
        if (isHard && open.Terms is not { Measure: BudgetMeasure.Charge, Scope.IsEverything: true })
            throw new RejectedException(new Rejection("gate_unsupported", "budget", "Only a budget of all of a tenant's charges can be a hard one: what is reserved is money, and a gateway does not say fleet or tags."));

        var stored = $"{whenAway}".ToUpperInvariant();
        await using var transaction = await BudgetTransaction.BeginAsync(database, store, cancellation);
        await transaction.LockAsync(id, cancellation);
        // A gate that wrote on what it knew before finds another version and looks again.
        var changed = await transaction.ExecuteAsync(
            """
            insert into finops.gate (budget_id, tenant, currency, when_away, is_hard, version) values ($1, $2, $3, $4, $5, 1)
            on conflict (budget_id) do update set when_away = excluded.when_away, is_hard = excluded.is_hard, version = gate.version + 1
            where (gate.when_away, gate.is_hard) is distinct from (excluded.when_away, excluded.is_hard)
            """,
            cancellation, id.Value, open.Terms.Tenant.Value, open.Terms.Amount.Currency.Code, stored, isHard);
        if (changed > 0)
        {
            transaction.Session.Events.Append(
                $"gate/{id.Value}", new BudgetGateSetV1(id.Value, isHard, stored.ToLowerInvariant(), clock.GetUtcNow(), by));
        }

        await transaction.CommitAsync(cancellation);
        directory.Forget();
    }
}
