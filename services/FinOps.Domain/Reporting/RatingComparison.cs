using FinOps.Domain.Pricing;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>
/// The same usage under two ratings, atom by atom: which atoms another rating moves, and what that sums up to per tenant, model, fleet and
/// stretch of time. It holds one fleet-hour at a time beside its rows.
/// </summary>
/// <param name="window">Of event time.</param>
/// <param name="buckets">The stretches of its rows.</param>
/// <param name="now">Hours that begin later cost nothing yet.</param>
/// <param name="before">One rating.</param>
/// <param name="after">The other.</param>
public sealed class RatingComparison(Window window, TimeBuckets buckets, DateTimeOffset now, Books before, Books after)
{
    private static readonly Dimension[] Rows = [Dimension.Tenant, Dimension.Model, Dimension.Fleet, Dimension.Month];

    private readonly Dictionary<CellKey, (UnitCostCell Before, UnitCostCell After)> rows = [];
    private readonly HashSet<CellKey> moved = [];
    private readonly HashSet<(FleetId Fleet, int Hour)> used = [];
    private readonly UnitCostSums graduatedBefore = Graduated(window, buckets, now, before);
    private readonly UnitCostSums graduatedAfter = Graduated(window, buckets, now, after);
    private long atomsMoved;
    private long idleHoursMoved;
    private Currency? currency;

    /// <summary>Rows so far, for the caller to bound.</summary>
    public int RowCount => rows.Count;

    /// <summary>Adds the usage of one fleet, or of none, in one hour, each hour at most once.</summary>
    /// <param name="fleet">Null where the records named none.</param>
    /// <param name="hour">In hours since 1970; the window holds some of it.</param>
    /// <param name="usage">All usage of the fleet in the whole hour, since it shares the hour's cost.</param>
    public void Add(FleetId? fleet, int hour, IReadOnlyList<UsageSlot> usage)
    {
        if (fleet is { } known) used.Add((known, hour));
        Compare(fleet, hour, usage);
    }

    /// <summary>Adds the fleet's hours in which nothing was used: to be called when all usage is in.</summary>
    public void AddIdle(FleetId fleet)
    {
        foreach (var hour in HoursOf(before).Union(HoursOf(after)).Where(hour => !used.Contains((fleet, hour)))) Compare(fleet, hour, []);

        IEnumerable<int> HoursOf(Books books) => FleetHours.Within(books.Fleets, fleet, window, now).Select(h => h.Hour);
    }

    /// <summary>Adds what the charges of one rating depend on that follow the units of a month, as <see cref="UnitCostSums.AddInOrder"/> takes it.</summary>
    /// <param name="isAfter">Which of the two ratings.</param>
    /// <param name="usage">In the order of that rating.</param>
    public void AddInOrder(bool isAfter, UsageSlot usage) => (isAfter ? graduatedAfter : graduatedBefore).AddInOrder(usage);

    /// <returns>The rows in which something moved.</returns>
    public RatingDifference Finish()
    {
        var (earlier, later) = (CellsOf(graduatedBefore), CellsOf(graduatedAfter));
        foreach (var key in earlier.Keys.Union(later.Keys))
        {
            var (one, other) = (earlier.GetValueOrDefault(key) ?? new UnitCostCell(), later.GetValueOrDefault(key) ?? new UnitCostCell());
            if (AddTo(key, one, other)) moved.Add(key);
        }

        return Difference();
    }

    private RatingDifference Difference() => new(
        [
            .. moved.OrderBy(key => key, new CellOrder(Rows))
                .Select(key => new RatedRow(key, RatedAmounts.Of(rows[key].Before), RatedAmounts.Of(rows[key].After))),
        ],
        atomsMoved, idleHoursMoved, currency);

    private void Compare(FleetId? fleet, int hour, IReadOnlyList<UsageSlot> usage)
    {
        var question = QuestionOf(fleet, hour, usage);
        var (earlier, later) = (Cells(before), Cells(after));
        var movedHere = new HashSet<(RowKind, string?, string?)>();
        foreach (var key in earlier.Keys.Union(later.Keys))
        {
            var (one, other) = (earlier.GetValueOrDefault(key) ?? new UnitCostCell(), later.GetValueOrDefault(key) ?? new UnitCostCell());
            if (!AddTo(key, one, other)) continue;
            moved.Add(key);
            movedHere.Add((key.Kind, key.Tenant, key.Model));
        }

        atomsMoved += movedHere.Count(m => m.Item1 == RowKind.Usage);
        idleHoursMoved += movedHere.Count(m => m.Item1 == RowKind.Idle);

        Dictionary<CellKey, UnitCostCell> Cells(Books books)
        {
            var sums = new UnitCostSums(question, books);
            if (usage.Count > 0) sums.Add(fleet, hour, usage);
            return CellsOf(sums);
        }
    }

    /// <returns>Whether the two differ.</returns>
    private bool AddTo(CellKey key, UnitCostCell one, UnitCostCell other)
    {
        if (!rows.TryGetValue(key, out var row)) rows[key] = row = (new UnitCostCell(), new UnitCostCell());
        row.Before.Add(one);
        row.After.Add(other);
        return RatedAmounts.Of(one) != RatedAmounts.Of(other);
    }

    private Dictionary<CellKey, UnitCostCell> CellsOf(UnitCostSums sums)
    {
        var summary = sums.Finish(requireBalance: false);
        if (summary.Currency is { } other) Count(other);
        return summary.Rows.ToDictionary(r => r.Key with { Kind = KindOf(r.Key.Kind) }, r => r.Cell);
    }

    /// <summary>Charges only: the costs of the same usage are compared hour by hour.</summary>
    private static UnitCostSums Graduated(Window window, TimeBuckets buckets, DateTimeOffset now, Books books) => new(
        new UnitCostQuestion
        {
            Window = window,
            GroupBy = Rows,
            Buckets = buckets,
            Tenants = null,
            Models = null,
            Fleets = null,
            ShowsCost = false,
            Now = now,
        },
        books);

    private UnitCostQuestion QuestionOf(FleetId? fleet, int hour, IReadOnlyList<UsageSlot> usage)
    {
        var (start, end) = (new QuarterHour(hour * FleetHours.Quarters).Start, new QuarterHour((hour + 1) * FleetHours.Quarters).Start);
        return new UnitCostQuestion
        {
            Window = new Window(start > window.From ? start : window.From, end < window.To ? end : window.To),
            GroupBy = Rows,
            Buckets = buckets,
            Tenants = null,
            // Usage without a fleet leaves no hour idle.
            Models = fleet is null ? usage.Select(u => u.Series.Model).ToHashSet() : null,
            Fleets = fleet is { } one ? new HashSet<FleetId> { one } : null,
            ShowsCost = true,
            Now = now,
        };
    }

    /// <summary>A fleet that becomes known, or shared, moves what it costs and not what it is: usage stays one row, cost without work another.</summary>
    private static RowKind KindOf(RowKind kind) => kind switch
    {
        RowKind.Usage or RowKind.Unattributed => RowKind.Usage,
        RowKind.Idle or RowKind.Shared => RowKind.Idle,
        _ => throw new InvalidOperationException($"A row of kind {kind} is no atom's."),
    };

    private void Count(Currency other)
    {
        if (currency is { } one && one != other) throw CurrencyMix.Rejected(one, other, "Some of what would move");
        currency = other;
    }
}

/// <param name="Rows">By their keys; only those in which something moved.</param>
/// <param name="AtomsMoved">How many (tenant, model, fleet, hour) have another charge, cost or target.</param>
/// <param name="IdleHoursMoved">How many (fleet, hour) have another cost that no work carries.</param>
/// <param name="Currency">Of every amount; null where there is none.</param>
public sealed record RatingDifference(IReadOnlyList<RatedRow> Rows, long AtomsMoved, long IdleHoursMoved, Currency? Currency)
{
    public RatedAmounts Before => RatedAmounts.Sum(Rows.Select(r => r.Before));

    public RatedAmounts After => RatedAmounts.Sum(Rows.Select(r => r.After));
}

/// <param name="Key">Kind Usage: a tenant's. Kind Idle: cost that no work carries, of fleets and of what serves several.</param>
/// <param name="Before">Under one rating.</param>
/// <param name="After">Under the other.</param>
public sealed record RatedRow(CellKey Key, RatedAmounts Before, RatedAmounts After);

/// <summary>Exact sums; null where nothing is known.</summary>
/// <param name="Charge">Rates × quantities.</param>
/// <param name="Cost">Allocated.</param>
/// <param name="TargetCost">Targets × tokens.</param>
public readonly record struct RatedAmounts(decimal? Charge, decimal? Cost, decimal? TargetCost)
{
    internal static RatedAmounts Of(UnitCostCell cell) => new(cell.Charge, cell.Cost, cell.TargetCost);

    internal static RatedAmounts Sum(IEnumerable<RatedAmounts> all) => all.Aggregate(
        default(RatedAmounts),
        (sum, a) => new RatedAmounts(Add(sum.Charge, a.Charge), Add(sum.Cost, a.Cost), Add(sum.TargetCost, a.TargetCost)));

    private static decimal? Add(decimal? one, decimal? other) => one is null ? other : one + (other ?? 0);
}
