using FinOps.Domain.Budgets;
using GraphQL;
using Marten;

namespace FinOps.Platform.Budgets;

/// <summary>One act on a budget.</summary>
/// <param name="What">CREATED, CHANGED or CLOSED.</param>
/// <param name="Changes">What became different; of a new budget, all that it says.</param>
[Name("BudgetAudit")]
public sealed record BudgetAuditView(DateTimeOffset At, string By, string What, IReadOnlyList<BudgetChangeView> Changes);

/// <summary>A field's text before and after; null is nothing.</summary>
[Name("BudgetChange")]
public sealed record BudgetChangeView(string Field, string? Before, string? After);

/// <summary>Tells a budget's story from its stream.</summary>
internal static class BudgetAudit
{
    public static async Task<IReadOnlyList<BudgetAuditView>> OfAsync(IDocumentStore store, BudgetId id, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var stream = await session.Events.FetchStreamAsync(BudgetStreams.Key(id), token: cancellation);
        var acts = new List<BudgetAuditView>();
        BudgetTerms? terms = null;
        foreach (var happened in stream.Select(e => StoredBudgetEvents.ToDomain(e.Data)))
        {
            acts.Add(happened switch
            {
                BudgetCreated e => new BudgetAuditView(e.At, e.By, "CREATED", Changes(terms, e.Terms)),
                BudgetChanged e => new BudgetAuditView(e.At, e.By, "CHANGED", Changes(terms, e.Terms)),
                BudgetClosed e => new BudgetAuditView(e.At, e.By, "CLOSED", []),
                _ => throw new System.Diagnostics.UnreachableException(happened.GetType().Name),
            });
            terms = happened switch
            {
                BudgetCreated e => e.Terms,
                BudgetChanged e => e.Terms,
                _ => terms,
            };
        }

        return acts;
    }

    private static List<BudgetChangeView> Changes(BudgetTerms? before, BudgetTerms after) =>
        [.. TermsChange.Between(before, after).Where(c => c.Before != c.After).Select(c => new BudgetChangeView(c.Field, c.Before, c.After))];
}
