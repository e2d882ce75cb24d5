using FinOps.Domain.Budgets;
using FinOps.Platform.Access;
using FinOps.Platform.Budgets;
using FinOps.Platform.Graph;
using GraphQL;

namespace FinOps.Platform.Reservations;

/// <summary>Makes budgets hard ones.</summary>
public sealed class GateMutations
{
    /// <summary>
    /// Makes an open budget a hard one: gateways reserve from it before they call (`POST /v1/reservations`). `hard: false` makes it a soft one again.
    /// Takes effect within five seconds everywhere.
    /// </summary>
    [Allow(ViewerRole.Operator, ViewerRole.Finance, ViewerRole.Tenant)]
    public static async Task<BudgetGateView> SetBudgetGate(
        BudgetGateInput input, [FromServices] Viewer viewer, [FromServices] BudgetDesk budgets, [FromServices] GateAdministration gates,
        CancellationToken cancellation)
    {
        await budgets.TenantOfAsync(input.Budget, viewer, cancellation);
        var (hard, whenAway) = (input.Hard ?? true, input.WhenAway ?? WhenAway.Closed);
        await gates.SetAsync(new BudgetId(input.Budget!), hard, whenAway, viewer.Name, cancellation);
        return new BudgetGateView(input.Budget!, hard, whenAway);
    }
}

/// <summary>Whether a budget is a hard one, and what it does while the books are away.</summary>
public sealed class BudgetGateInput
{
    public string? Budget { get; set; }

    /// <summary>True when left out.</summary>
    public bool? Hard { get; set; }

    /// <summary>CLOSED when left out: no reservation is granted without the books.</summary>
    public WhenAway? WhenAway { get; set; }
}

/// <summary>A hard budget.</summary>
[Name("BudgetGate")]
public sealed record BudgetGateView(string Budget, bool Hard, WhenAway WhenAway);

/// <summary>The doorway of the graph to this capability.</summary>
public sealed class GateAdministration
{
    private readonly SetBudgetGate set;

    internal GateAdministration(SetBudgetGate set) => this.set = set;

    public Task SetAsync(BudgetId budget, bool hard, WhenAway whenAway, string by, CancellationToken cancellation) =>
        set.RunAsync(budget, hard, whenAway, by, cancellation);
}
