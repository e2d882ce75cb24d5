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
}

/// <summary>What measures are made of.</summary>
public static class BudgetMeasures
{
    /// <summary>Whether it is an amount of money and has a currency.</summary>
    public static bool IsMoney(this BudgetMeasure measure) =>
        measure is BudgetMeasure.Charge or BudgetMeasure.Cost or BudgetMeasure.CostPerMillionTokens;

    /// <summary>Whether it shows what the fleets cost, which tenants see by contract only.</summary>
    public static bool ShowsCost(this BudgetMeasure measure) => measure is BudgetMeasure.Cost or BudgetMeasure.CostPerMillionTokens;

    /// <summary>Whether it is a quotient: no sum of its parts, and no record of its own crosses it.</summary>
    public static bool IsRatio(this BudgetMeasure measure) => measure is BudgetMeasure.CostPerMillionTokens;

    /// <summary>A quotient sways: it has recovered only where it lies this much below its limit.</summary>
    public const decimal Hysteresis = 0.05m;

    /// <returns>Below what a crossed limit counts as crossed no longer.</returns>
    public static decimal RecoversBelow(this BudgetMeasure measure, decimal limit) => measure.IsRatio() ? limit * (1 - Hysteresis) : limit;

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
