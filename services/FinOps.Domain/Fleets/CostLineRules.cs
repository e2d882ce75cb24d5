using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>Whether a line goes together with what a fleet has already: the same thing is never paid for twice, and nothing is paid for by guess.</summary>
public static class CostLineRules
{
    /// <exception cref="RejectedException">Names the line that stands in the way, and what to do.</exception>
    public static void Require(FleetBook book, CostLine line)
    {
        var others = book.CostLines(line.Fleet).Where(o => o.Name != line.Name && Overlap(o.From, o.To, line)).ToList();
        if (book.CostLines(line.Fleet).Any(o => o.Name != line.Name && o.IsShared != line.IsShared) || (line.IsShared && book.Lines(line.Fleet).Count > 0))
            throw Refused("shared_invalid", "shared", $"{line.Fleet} is {(line.IsShared ? "a fleet" : "shared by several fleets")}; give this cost a name of its own.");
        if (line.Terms.PaysForAccelerators || line.Terms is CostTerms.Power) RequireSize(book, line);
        if (others.FirstOrDefault(o => o.Currency != line.Currency) is { } mixed)
            throw Refused("currency_mixed", "currency", $"Line '{mixed.Name}' of {line.Fleet} is in {mixed.Currency} at that time, so this one cannot be in {line.Currency}.");
        if (line.Terms is CostTerms.OnDemand && others.FirstOrDefault(o => o.Terms is CostTerms.OnDemand) is { } twice)
        {
            throw Refused(
                "cost_lines_overlap", "from",
                $"Line '{twice.Name}' pays for the same accelerators on demand from {Text(twice.From)}{Until(twice.To)}; end one before the other begins.");
        }

        if (others.FirstOrDefault(o => IsOfAccelerators(o) && line.Terms is CostTerms.Serverless || IsOfAccelerators(line) && o.Terms is CostTerms.Serverless) is { } apart)
        {
            throw Refused(
                "cost_lines_overlap", "kind",
                $"Line '{apart.Name}' of {line.Fleet} is of kind {apart.Terms.Kind} at that time: a fleet is either made of accelerators or paid by the token; give the other a fleet of its own.");
        }

        if (line.Terms is CostTerms.Serverless prices && others.FirstOrDefault(o => o.Terms is CostTerms.Serverless other && other.Prices.Meets(prices.Prices)) is { } priced)
        {
            throw Refused(
                "cost_lines_overlap", "models",
                $"Line '{priced.Name}' prices tokens of the same models from {Text(priced.From)}{Until(priced.To)}; name other models, or end one before the other begins.");
        }

        if (line.Terms is CostTerms.Actual && others.FirstOrDefault(o => o.Terms is CostTerms.Actual && o.From == line.From && o.To == line.To && o.Terms == line.Terms) is { } same)
            throw Refused("cost_lines_overlap", "line", $"Line '{same.Name}' is the same amount for the same stretch; if both were paid, add them up.");
        if (line.Terms is CostTerms.Actual && book.Imports(line.Fleet).FirstOrDefault(i => Overlap(i.From, i.To, line)) is { } imported)
        {
            throw Refused(
                "cost_lines_overlap", "from",
                $"Import {imported.Import} says already what line '{imported.Line}' of {line.Fleet} cost from {Text(imported.From)}{Until(imported.To)}; import a corrected file instead.");
        }

        if (book.Lines(line.Fleet).FirstOrDefault(whole => Overlap(whole.From, book.EndOf(whole), line)) is { } flat)
            throw Whole(flat);
    }

    /// <summary>A cost of the whole fleet leaves no room for lines.</summary>
    /// <exception cref="RejectedException">Names the line that stands in the way.</exception>
    public static void Require(FleetBook book, FleetCost whole)
    {
        if (book.CostLines(whole.Fleet).FirstOrDefault(l => Overlap(whole.From, whole.To, l)) is not { } line) return;
        throw Refused(
            "cost_lines_overlap", "from",
            $"Line '{line.Name}' of {whole.Fleet} holds from {Text(line.From)}{Until(line.To)}; a cost of the whole fleet beside it would count twice.");
    }

    private static bool IsOfAccelerators(CostLine line) => line.Terms.PaysForAccelerators || line.Terms is CostTerms.Power;

    private static void RequireSize(FleetBook book, CostLine line)
    {
        if (book.SizeAt(line.Fleet, QuarterHour.Holding(line.From)) is not null) return;
        throw Refused("fleet_size_missing", "fleet", $"How many accelerators {line.Fleet} has at {Text(line.From)} is not known; say it with `setFleetSize` first.");
    }

    private static RejectedException Whole(FleetCost flat) => Refused(
        "cost_lines_overlap", "from",
        $"{flat.Fleet} has a cost of the whole fleet from {Text(flat.From)}{Until(flat.To)}; end it (`setFleetCost` with `to`) before its lines begin.");

    private static bool Overlap(DateTimeOffset from, DateTimeOffset? to, CostLine line) =>
        (line.To is not { } end || from < end) && (to is not { } until || line.From < until);

    private static string Text(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Until(DateTimeOffset? to) => to is { } end ? $" until {Text(end)}" : "";

    private static RejectedException Refused(string code, string field, string message) => new(new Rejection(code, field, message));
}
