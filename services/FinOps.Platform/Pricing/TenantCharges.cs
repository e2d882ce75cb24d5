using FinOps.Domain.Values;

namespace FinOps.Platform.Pricing;

/// <summary>What a tenant owes for a window: rates × quantities, exact.</summary>
/// <param name="Charge">The sum over all priced usage in the currency asked for.</param>
/// <param name="UnpricedTokens">Tokens that no rate card priced in that currency: shown, never taken for zero.</param>
public sealed record TenantCharge(Money Charge, long UnpricedTokens);

/// <summary>Answers from the buckets and the rate cards; one function for reports and budgets.</summary>
public sealed class TenantCharges(Npgsql.NpgsqlDataSource database)
{
    public Task<TenantCharge> ChargeAsync(TenantId tenant, Window window, Currency currency, CancellationToken cancellation) =>
        throw new InvalidOperationException($"{database}: no rate cards yet for {tenant} in {window} ({currency}, {cancellation.CanBeCanceled}).");
}
