using FinOps.Domain.Reservations;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;

namespace FinOps.Platform.Reservations;

/// <summary>Which hard budgets an order concerns: the one that it names, or those of its tenant whose scope the call matches.</summary>
internal sealed class ConcernedGates(GateDirectory directory)
{
    /// <param name="body">Names the budget or the tenant.</param>
    /// <param name="call">What it says of its call.</param>
    /// <param name="isNew">
    /// A reservation must say what scopes ask for: never a guess. What ends one need not, since a budget that does not know the key is left out.
    /// </param>
    /// <param name="viewer">Whose budgets there are.</param>
    /// <param name="flaws">Gets all that is wrong.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<GateEntry>> OfAsync(
        ReservationBody body, SaidCall call, bool isNew, Viewer viewer, List<Rejection> flaws, CancellationToken cancellation)
    {
        var tenant = body.Tenant ?? (body.Budget is null && viewer.Tenants is [var own] ? own.Value : null);
        if (body.Budget is { } budget) return await NamedAsync(budget, tenant, call, viewer, flaws, cancellation);
        if (Name.Flaw(tenant) is { } flaw)
        {
            flaws.Add(new Rejection("scope_missing", "budget", $"Name the budget, or the tenant: the tenant {flaw}."));
            return [];
        }

        if (!viewer.MaySee(new TenantId(tenant!)))
        {
            flaws.Add(new Rejection("tenant_not_allowed", "tenant", "This key may not reserve for that tenant."));
            return [];
        }

        var fits = (await directory.OfAsync(new TenantId(tenant!), cancellation))
            .Select(gate => (Gate: gate, Fit: call.In(gate.Scope))).Where(g => g.Fit.OutsideBy is null).ToList();
        if (fits.Count > Limits.GatesPerReservation)
            flaws.Add(new Rejection("too_many_budgets", "tenant", $"More than {Limits.GatesPerReservation} hard budgets of this tenant count the call; name one."));
        if (isNew)
        {
            flaws.AddRange(GateFlaws.Merged(fits.SelectMany(g => g.Fit.Unsaid.Select(field => (g.Gate, new Rejection(
                $"{field}_missing", field, $"The scope asks for the call's `{field}`: say it, so that nobody need guess whether it counts."))))));
        }

        return [.. fits.Select(g => g.Gate)];
    }

    /// <summary>What is not said of the call is the gateway's to know: it chose the budget.</summary>
    private async Task<IReadOnlyList<GateEntry>> NamedAsync(
        string budget, string? tenant, SaidCall call, Viewer viewer, List<Rejection> flaws, CancellationToken cancellation)
    {
        if (await directory.FindAsync(budget, cancellation) is not { } gate || !viewer.MaySee(gate.Tenant) || (tenant is not null && gate.Tenant.Value != tenant))
        {
            flaws.Add(new Rejection("budget_not_hard", "budget", "There is no hard budget with this id; `changeBudget` with the kind HARD makes a budget one."));
            return [];
        }

        if (call.In(gate.Scope).OutsideBy is { } field)
            flaws.Add(new Rejection("out_of_scope", field, $"The budget counts {gate.Scope}, and this call will not count in it."));
        return [gate];
    }
}

/// <summary>Flaws that several budgets find.</summary>
internal static class GateFlaws
{
    /// <returns>Each flaw once, with the budgets that find it.</returns>
    public static IEnumerable<Rejection> Merged(IEnumerable<(GateEntry Gate, Rejection Flaw)> found) => found
        .GroupBy(f => (f.Flaw.Code, f.Flaw.Field))
        .Select(g => new Rejection(g.Key.Code, g.Key.Field, $"{string.Join(", ", g.Select(f => f.Gate.Budget))}: {g.First().Flaw.Message}"));
}
