using FinOps.Domain.Fleets;
using FinOps.Domain.Values;
using FinOps.Platform.Pricing;

namespace FinOps.Platform.Fleets;

/// <summary>Stored as <c>cost_line_set_v1</c> in the stream <c>fleet/{id}</c>: a cost line from an instant on. What its kind has no use for is null.</summary>
public sealed record CostLineSet(
    string Fleet, string Line, CostLineKind Kind, DateTimeOffset From, DateTimeOffset? To, string Currency, bool Shared,
    decimal? CostPerHour, decimal? PricePerAcceleratorHour, decimal? Count, decimal? PricePerAccelerator, decimal? SalvagePerAccelerator,
    int? TermMonths, decimal? KilowattsPerAccelerator, decimal? PowerUsageEffectiveness, decimal? PricePerKilowattHour, decimal? Percent,
    decimal? Amount, DateTimeOffset RecordedAt, string RecordedBy, IReadOnlyList<CostLineSet.ClassPrice>? Prices = null,
    IReadOnlyList<string>? Models = null) : BookFact
{
    internal override BookSubject Subject => new(BookSubjectKind.CostLine, Fleet, Line: Line);

    /// <param name="UnitClass">The class's name on the wire.</param>
    /// <param name="PerMillion">Never an inherited one.</param>
    public sealed record ClassPrice(string UnitClass, decimal PerMillion);

    /// <exception cref="RejectedException">When it is recorded: the line does not go together with what the fleet has.</exception>
    internal static BookEntry Entry(SetCostLine command, DateTimeOffset now, string by)
    {
        var line = command.Decide(now);
        return new BookEntry($"fleet/{line.Fleet}", Of(command, line, now, by), books =>
        {
            var known = books.Fleets.CostLines(line.Fleet).Where(l => l.Name == line.Name).ToList();
            var isKnown = command.From is null
                ? known.LastOrDefault(l => l.From <= line.From) is { } current && current with { From = line.From, To = line.To } == line
                : known.Any(l => l.From == line.From && l with { To = line.To } == line && (l.To == line.To || known.Any(n => n.From == l.To)));
            if (!isKnown) CostLineRules.Require(books.Fleets, line);
            return !isKnown;
        });
    }

    internal CostLine ToLine() => new SetCostLine
    {
        Fleet = Fleet,
        Line = Line,
        Kind = Kind,
        From = From,
        To = To,
        Currency = Currency,
        IsShared = Shared,
        CostPerHour = CostPerHour,
        PricePerAcceleratorHour = PricePerAcceleratorHour,
        Count = Count,
        PricePerAccelerator = PricePerAccelerator,
        SalvagePerAccelerator = SalvagePerAccelerator,
        TermMonths = TermMonths,
        KilowattsPerAccelerator = KilowattsPerAccelerator,
        PowerUsageEffectiveness = PowerUsageEffectiveness,
        PricePerKilowattHour = PricePerKilowattHour,
        Percent = Percent,
        Amount = Amount,
        Prices = Prices?.Select(p => new SetTokenPrice(p.UnitClass, p.PerMillion)).ToArray(),
        Models = Models,
    }.Recorded();

    private static CostLineSet Of(SetCostLine c, CostLine line, DateTimeOffset now, string by) => new(
        c.Fleet, c.Line, c.Kind, line.From, line.To, c.Currency, c.IsShared, c.CostPerHour, c.PricePerAcceleratorHour, c.Count,
        c.PricePerAccelerator, c.SalvagePerAccelerator, c.TermMonths, c.KilowattsPerAccelerator, c.PowerUsageEffectiveness,
        c.PricePerKilowattHour, c.Percent, c.Amount, now, by,
        c.Prices?.Select(p => new ClassPrice(p.UnitClass, p.PerMillion)).ToArray(), c.Models);
}
