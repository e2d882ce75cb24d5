using System.Diagnostics;
using FinOps.Domain.Reporting;

namespace FinOps.Domain.Budgets;

/// <summary>What a budget counts.</summary>
public enum BudgetMeasure
{
    /// <summary>Money that the tenant owes: rates × quantities.</summary>
    Charge,

    /// <summary>Money that the fleets' hours cost, as far as this usage carries it.</summary>
    Cost,

    /// <summary>Tokens in and out.</summary>
    Tokens,

    /// <summary>Tokens in.</summary>
    InputTokens,

    /// <summary>Tokens out.</summary>
    OutputTokens,

    /// <summary>Calls: one per usage record, failed ones included.</summary>
    Requests,

    /// <summary>Cost over tokens: a quotient, which may fall again within its period.</summary>
    CostPerMillionTokens,

    /// <summary>Percent of what the scope's fleets cost that no work used.</summary>
    IdleShare,

    /// <summary>What is left of it: percent that work used. The one measure of which little is bad.</summary>
    Utilisation,
}

/// <summary>What measures are made of.</summary>
public static class BudgetMeasures
{
    /// <summary>Whether it is an amount of money and has a currency.</summary>
    public static bool IsMoney(this BudgetMeasure measure) =>
        measure is BudgetMeasure.Charge or BudgetMeasure.Cost or BudgetMeasure.CostPerMillionTokens;

    /// <summary>Whether it shows what the fleets cost, which tenants see by contract only.</summary>
    public static bool ShowsCost(this BudgetMeasure measure) => measure.IsOnCost() || measure.IsOfFleets();

    /// <summary>Whether it has a unit cost, which drifts and may have a target.</summary>
    public static bool IsOnCost(this BudgetMeasure measure) => measure is BudgetMeasure.Cost or BudgetMeasure.CostPerMillionTokens;

    /// <summary>Whether it is a share, in percent, of whole fleets and not of somebody's usage.</summary>
    public static bool IsOfFleets(this BudgetMeasure measure) => measure is BudgetMeasure.IdleShare or BudgetMeasure.Utilisation;

    /// <summary>Whether it is a quotient: no sum of its parts, and no record of its own crosses it.</summary>
    public static bool IsRatio(this BudgetMeasure measure) => measure is BudgetMeasure.CostPerMillionTokens || measure.IsOfFleets();

    /// <summary>A quotient sways: it has recovered only where it lies this share of its limit off it.</summary>
    public const decimal Hysteresis = 0.05m;

    /// <returns>Whether the limit counts as crossed: where much is bad at or above it, where little is bad at or below it.</returns>
    public static bool Reaches(this BudgetMeasure measure, decimal value, decimal limit) =>
        measure == BudgetMeasure.Utilisation ? value <= limit : value >= limit;

    /// <returns>Whether a crossed limit counts as crossed no longer.</returns>
    public static bool Recovers(this BudgetMeasure measure, decimal value, decimal limit) => measure switch
    {
        // Near 100 percent 5 % more is more than all; half of what is left will do.
        BudgetMeasure.Utilisation => value > limit + Math.Min(limit * Hysteresis, (100m - limit) / 2),
        _ => value < (measure.IsRatio() ? limit * (1 - Hysteresis) : limit),
    };

    /// <returns>What a sum of usage measures; 0 where nothing is known.</returns>
    public static decimal Of(this BudgetMeasure measure, UnitCostCell cell) => measure switch
    {
        BudgetMeasure.Charge => cell.Charge ?? 0,
        BudgetMeasure.Cost => cell.Cost ?? 0,
        BudgetMeasure.Tokens => cell.Quantities.Total,
        BudgetMeasure.InputTokens => cell.Quantities.InputTotal,
        BudgetMeasure.OutputTokens => cell.Quantities.OutputTotal,
        BudgetMeasure.Requests => cell.Records,
        BudgetMeasure.CostPerMillionTokens => cell.CostPerMillionTokens ?? 0,
        _ => throw new UnreachableException(measure.ToString()),
    };
}
