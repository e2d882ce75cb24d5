using FinOps.Domain.CostImports;
using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.CostImports;

/// <summary>Files in few words: lines of comma-separated cells, without quotes.</summary>
internal static class Bills
{
    public static readonly FleetId H = new("h");
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly int StartHour = QuarterHour.Holding(Start).Hour;

    private const string FocusHeader =
        "ChargePeriodStart,ChargePeriodEnd,BillingPeriodStart,BillingPeriodEnd,EffectiveCost,BilledCost,BillingCurrency,ChargeCategory,ChargeClass,ProviderName,ServiceName,RegionId,Tags";

    /// <summary>Of fleet h's line l, in dollars: hours from the start, and the amount.</summary>
    public static string Row(double from, double to, string amount, string fleet = "h", string line = "l", string currency = "USD") =>
        $"{fleet},{line},{At(from)},{At(to)},{amount},{currency}";

    public static BillSums House(params string[] rows) => Read(["fleet,line,from,to,amount,currency", .. rows], (table, _) =>
    {
        HouseRows.RequireColumns(table);
        return () => HouseRows.Read(table);
    });

    public static BillSums Focus(FleetMap map, params string[] rows) => Focus(map, FocusCost.Effective, rows);

    public static BillSums Focus(FleetMap map, FocusCost cost, string[] rows) => Read([FocusHeader, .. rows], (table, flaws) =>
    {
        FocusRows.RequireColumns(table, cost, map.Decide());
        return () => FocusRows.Read(table, cost, map, flaws);
    });

    public static BillSums Read(string[] lines, Func<CostTable, RowFlaws, Func<BillRow?>> reader)
    {
        var flaws = new RowFlaws();
        var table = new CostTable(lines[0].Split(','), flaws);
        var read = reader(table, flaws);
        var bill = new BillSums();
        foreach (var line in lines.Skip(1))
        {
            if (table.Enter(line.Split(',')) && read() is { } row) bill.Add(row, flaws);
        }

        flaws.ThrowIfAny();
        return bill;
    }

    public static DecidedCostImport Decide(FleetBook book, BillSums bill, string digest = "one", CreditNetting netting = CreditNetting.ChargePeriod, Guid? replaces = null, Guid? import = null) =>
        DecideCostImport.Of(book, bill, new AskedCostImport(import ?? Guid.NewGuid(), digest, netting, replaces));

    /// <summary>A fleet estimated at 10 an hour, with what was imported.</summary>
    public static FleetBook Book(params IEnumerable<ImportedCost>[] imports) =>
        new([new SetFleetCost("h", Start, null, 10m, "USD", null, null).Decide(Start)], [], [], imports.SelectMany(i => i));

    public static decimal[] Hours(FleetBook book, int count, FleetId? fleet = null) =>
        [.. Enumerable.Range(StartHour, count).Select(h => book.OfHour(fleet ?? H, h)?.Cost.Amount ?? -1)];

    public static IEnumerable<string> Refused(Action act) =>
        Assert.Throws<RejectedException>(act).Rejections.Select(r => $"{r.Field} {r.Code}");

    private static string At(double hours) => CostTable.Written(Start.AddHours(hours));
}
