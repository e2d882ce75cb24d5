using FinOps.Domain.Values;

namespace FinOps.Domain.CostImports;

/// <summary>Rows of our own format: <c>fleet,line,from,to,amount,currency</c>.</summary>
public static class HouseRows
{
    public static readonly IReadOnlyList<string> Columns = ["fleet", "line", "from", "to", "amount", "currency"];

    /// <exception cref="RejectedException">A column is missing, unknown, or there twice.</exception>
    public static void RequireColumns(CostTable table)
    {
        table.Require(Columns, $"the format {string.Join(',', Columns)}");
        if (table.Header.FirstOrDefault(c => !Columns.Contains(c)) is { } unknown)
            throw new RejectedException(new Rejection("column_unknown", unknown, $"The file has a column '{unknown}'; the columns are {string.Join(',', Columns)}. Leave it out."));
        if (table.Header.Count != Columns.Count)
            throw new RejectedException(new Rejection("column_twice", table.Header.GroupBy(c => c).First(g => g.Count() > 1).Key, "The header names a column twice."));
    }

    /// <returns>Null when something is wrong with it; the table noted what.</returns>
    public static BillRow? Read(CostTable table)
    {
        var (fleet, line) = (table.Name("fleet"), table.Name("line"));
        var period = table.Period("from", "to");
        var (amount, currency) = (table.Amount("amount"), table.Currency("currency"));
        if (fleet is null || line is null || period is not { } held || amount is null || currency is null) return null;
        return new BillRow(
            table.Row, new CostPlace.OfFleet(new FleetId(fleet), line, null), held.First, held.End, amount.Value, currency.Value, "Cost",
            held.First.Start, held.End.Start);
    }
}
