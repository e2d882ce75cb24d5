using System.Diagnostics;
using FinOps.Domain.Budgets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reservations;

/// <summary>How large a call is, by what its gateway says of it: each budget takes of it what it counts.</summary>
/// <param name="Money">Null where it is to be made of tokens.</param>
/// <param name="Quantities">Tokens; null where they were not said.</param>
public sealed record CallSize(decimal? Money, Quantities? Quantities)
{
    /// <param name="measure">One that can be held (<see cref="HardRules.CanBeHeld"/>).</param>
    /// <param name="moneyField">As the body calls its money.</param>
    /// <param name="hasModel">Whether tokens can be priced.</param>
    /// <returns>What is missing for it; null where it can be told, be it by the rates.</returns>
    public Rejection? FlawFor(BudgetMeasure measure, string moneyField, bool hasModel) => measure switch
    {
        BudgetMeasure.Requests => null,
        BudgetMeasure.Charge when Money is not null => null,
        BudgetMeasure.Charge when Quantities is null => new Rejection($"{moneyField}_missing", moneyField, $"Name `{moneyField}`, or `model` and `quantities`."),
        BudgetMeasure.Charge when !hasModel => new Rejection("model_missing", "model", $"Tokens are priced by their model: name it, or `{moneyField}`."),
        BudgetMeasure.Charge => null,
        _ when Quantities is null => new Rejection("quantities_missing", "quantities", $"The budget counts {measure}; name the call's `quantities`."),
        _ => null,
    };

    /// <returns>In the measure's unit; null of a charge that the rates must tell.</returns>
    public decimal? Of(BudgetMeasure measure) => measure switch
    {
        BudgetMeasure.Charge => Money,
        BudgetMeasure.Tokens => Quantities!.Total,
        BudgetMeasure.InputTokens => Quantities!.InputTotal,
        BudgetMeasure.OutputTokens => Quantities!.OutputTotal,
        // One record a call.
        BudgetMeasure.Requests => 1,
        _ => throw new UnreachableException(measure.ToString()),
    };
}
