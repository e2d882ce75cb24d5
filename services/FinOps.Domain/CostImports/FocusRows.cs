using FinOps.Domain.Values;

namespace FinOps.Domain.CostImports;

/// <summary>
/// Rows of a FOCUS cost and usage table, 1.0 to 1.4. Every charge category counts, Tax and Credit too: a map says what is left out, and why.
/// A row of class Correction stands in the bill that brings it and keeps its old charge period, so it adds to what was imported for that.
/// </summary>
public static class FocusRows
{
    /// <summary>By its presence a file is FOCUS.</summary>
    public const string Tell = "ChargePeriodStart";

    private static readonly string[] Columns =
        [Tell, "ChargePeriodEnd", "BillingPeriodStart", "BillingPeriodEnd", "BillingCurrency", "ChargeCategory"];

    private static readonly string[] Categories = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"];

    public static string ColumnOf(FocusCost cost) => cost switch
    {
        FocusCost.Effective => "EffectiveCost",
        FocusCost.Billed => "BilledCost",
        _ => throw new ArgumentOutOfRangeException(nameof(cost)),
    };

    /// <exception cref="RejectedException">A column is missing that FOCUS or the map needs.</exception>
    public static void RequireColumns(CostTable table, FocusCost cost, FleetMap map)
    {
        table.Require([.. Columns, ColumnOf(cost)], "FOCUS");
        map.RequireColumns(table);
    }

    /// <returns>Null when something is wrong with it; the table noted what.</returns>
    public static BillRow? Read(CostTable table, FocusCost cost, FleetMap map, RowFlaws flaws)
    {
        var period = table.Period(Tell, "ChargePeriodEnd");
        var bill = table.Period("BillingPeriodStart", "BillingPeriodEnd");
        var (amount, currency) = (table.Amount(ColumnOf(cost)), table.Currency("BillingCurrency"));
        var category = table.Text("ChargeCategory");
        if (!Categories.Contains(category))
            flaws.Add("category_unknown", table.Row, "ChargeCategory", $"'{category}' is none of {string.Join(", ", Categories)}.");
        if (period is not { } held || bill is not { } covers || amount is null || currency is null || !Categories.Contains(category)) return null;
        var place = map.PlaceOf(table);
        return new BillRow(table.Row, place, held.First, held.End, amount.Value, currency.Value, category!, covers.First.Start, covers.End.Start);
    }
}
