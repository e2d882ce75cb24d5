using System.Data;
using System.Globalization;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Graph;
using FinOps.Platform.Pricing;
using GraphQL;
using Npgsql;

namespace FinOps.Platform.Reporting;

/// <summary>The formula behind a figure.</summary>
public sealed class ExplainCostQueries
{
    /// <summary>
    /// How cost and charge of one tenant's and model's work on a fleet in one hour come about, with every number. All figures are sums of such; the
    /// records behind it: <c>usageRecords</c> with the same filter.
    /// </summary>
    /// <param name="hour">On an hour of UTC.</param>
    /// <param name="asOf">Record time, on an hour; by default now.</param>
    [Allow(ViewerRole.Operator, ViewerRole.Finance)]
    public static async Task<CostFormula> ExplainCost(
        string tenant, string model, string fleet, DateTimeOffset hour, [FromServices] LiveBooks live, [FromServices] SeenSeries seen,
        [FromServices] NpgsqlDataSource database, CancellationToken cancellation, DateTimeOffset? asOf = null)
    {
        if (hour.UtcTicks % TimeSpan.TicksPerHour != 0)
            throw new RejectedException(new Rejection("off_hour", "hour", "`hour` must lie on an hour of UTC: a fleet's cost is shared hour by hour."));
        var (whose, which, where) = (new TenantId(tenant), new ModelId(model), new FleetId(fleet));
        var books = asOf is { } instant ? await live.AsOfAsync(instant, cancellation) : await live.NowAsync(cancellation);
        var series = (await seen.OfAsync(null, cancellation)).Where(s => s.Series.Fleet == where).ToList();
        var first = QuarterHour.Holding(hour);
        var usage = new List<UsageSlot>();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var recordedBefore = asOf is { } known ? QuarterHour.Holding(known).Hour : (int?)null;
        await foreach (var read in UsageBuckets.FleetHoursAsync(connection, series, first, new QuarterHour(first.Index + FleetHours.Quarters), recordedBefore, cancellation))
            usage.AddRange(read.Usage);
        return CostFormula.Of(AtomFormula.Of(books, whose, which, where, first.Hour, usage));
    }
}

/// <summary>Every number behind one atom's cost and charge.</summary>
/// <param name="FleetHourCost">Of the whole hour; null where it is not known.</param>
/// <param name="Currency">Of it.</param>
/// <param name="CostLines">What the hour's cost is made of.</param>
/// <param name="WeightSet">What tokens weigh.</param>
/// <param name="Work">The atom's, by class.</param>
/// <param name="WorkUnits">Their sum.</param>
/// <param name="FleetWorkUnits">Of the whole fleet in the hour.</param>
/// <param name="ActualCost">The atom's, by ALLOCATION; exact.</param>
/// <param name="Formula">As a person writes it; what the split leaves below 12 decimals goes to the largest remainders.</param>
/// <param name="TokenCost">What its tokens cost by lines that price them, part of the cost.</param>
/// <param name="ChargeKind">How the charge comes about.</param>
/// <param name="ChargeLines">Where it is rates × quantities.</param>
/// <param name="Charge">Their sum; null where it comes about otherwise, or no card applies: see <c>unitCost</c>.</param>
[Name("CostFormula")]
public sealed record CostFormula(
    decimal? FleetHourCost, string? Currency, IReadOnlyList<FormulaCostLine> CostLines, string WeightSet, IReadOnlyList<FormulaWork> Work,
    decimal WorkUnits, decimal FleetWorkUnits, decimal? ActualCost, string? Formula, decimal? TokenCost, ChargeKind ChargeKind,
    IReadOnlyList<FormulaChargeLine> ChargeLines, decimal? Charge)
{
    internal static CostFormula Of(AtomFormula atom) => new(
        atom.HourCost?.Cost.Amount, (atom.HourCost?.Cost ?? atom.TokenCost)?.Currency.Code,
        [
            .. (atom.HourCost?.ByPart() ?? []).GroupBy(p => (p.Part.Line, p.Part.Kind, p.Part.IsUnused))
                .Select(g => new FormulaCostLine(g.Key.Line, g.Key.Kind, g.Key.IsUnused, g.Sum(p => p.Cost))),
        ],
        atom.WeightSet, [.. atom.Work.Select(w => new FormulaWork(w.Class.Name, w.Units, w.Weight, w.WorkUnits))], atom.OwnWork, atom.FleetWork,
        atom.TimeShare is null && atom.TokenCost is null ? null : (atom.TimeShare ?? 0) + (atom.TokenCost?.Amount ?? 0), TextOf(atom),
        atom.TokenCost?.Amount, atom.ChargeIs, [.. atom.Charge.Select(FormulaChargeLine.Of)],
        atom.ChargeIs == ChargeKind.RatesTimesQuantities ? atom.Charge.Sum(c => c.Amount ?? 0) : null);

    private static string? TextOf(AtomFormula atom) => atom.HourCost is not { } hour ? null : atom.FleetWork == 0
        ? $"{Text(hour.Cost.Amount)} is idle: the fleet had no work in the hour"
        : $"{Text(hour.Cost.Amount)} × {Text(atom.OwnWork)} ÷ {Text(atom.FleetWork)} = {Text(atom.TimeShare!.Value)}";

    private static string Text(decimal amount) => amount.ToString("0.############", CultureInfo.InvariantCulture);
}

/// <summary>A line of the hour's cost.</summary>
[Name("FormulaCostLine")]
public sealed record FormulaCostLine(string Line, Domain.Fleets.CostLineKind Kind, bool Unused, decimal Cost);

/// <summary>Units × weight.</summary>
[Name("FormulaWork")]
public sealed record FormulaWork(string UnitClass, long Units, decimal Weight, decimal WorkUnits);

/// <summary>Units × rate.</summary>
[Name("FormulaChargeLine")]
public sealed record FormulaChargeLine(
    string Model, int CardVersion, DateTimeOffset CardFrom, string RateClass, string UnitClass, long Units, decimal? RatePerUnit, bool Inherited, decimal? Amount,
    string Currency)
{
    internal static FormulaChargeLine Of(ClassCharge line)
    {
        var priced = line.Price as Price.Priced;
        return new FormulaChargeLine(
            line.Card.Model.Value, line.Card.Version, line.Card.From, line.RateClass.Label, line.Class.Name, line.Units, priced?.Rate.PerUnit, priced?.Inherited ?? false,
            line.Amount, line.Card.Currency.Code);
    }
}
