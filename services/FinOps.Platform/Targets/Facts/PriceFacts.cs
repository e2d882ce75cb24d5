using System.Globalization;
using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Values;

namespace FinOps.Platform.Targets.Facts;

/// <summary>Rows of <c>prices.json</c>: a price each, for an accelerator, a model or neither, as `value` or as `low` and `high`.</summary>
internal static class PriceFacts
{
    public const string File = "prices.json";

    private sealed record Row(PriceKind Kind, string Provider, PriceUnit Unit)
    {
        public string? Accelerator { get; init; }

        public string? Model { get; init; }

        public decimal? Value { get; init; }

        public decimal? Low { get; init; }

        public decimal? High { get; init; }

        public string? Currency { get; init; }

        public decimal? TermYears { get; init; }
    }

    /// <summary>What is believed of each unit, in US dollars or near: the bounds tell a slip of unit, such as a price per month or per thousand.</summary>
    private static readonly Dictionary<PriceUnit, (decimal Least, decimal Most, string Unit)> Bounds = new()
    {
        [PriceUnit.AcceleratorHour] = (0.01m, 200m, "money per accelerator and hour"),
        [PriceUnit.Accelerator] = (100m, 1_000_000m, "money per accelerator"),
        [PriceUnit.Discount] = (0m, 0.95m, "the share that is taken off; 57 % is 0.57"),
        [PriceUnit.MillionInputTokens] = (0m, 1_000m, "money per million tokens"),
        [PriceUnit.MillionCachedInputTokens] = (0m, 1_000m, "money per million tokens"),
        [PriceUnit.MillionOutputTokens] = (0m, 1_000m, "money per million tokens"),
        [PriceUnit.AudioHour] = (0.001m, 100m, "money per hour of sound"),
        [PriceUnit.KilowattHour] = (0.001m, 5m, "money per kilowatt-hour, not cents"),
        [PriceUnit.Gigabyte] = (0m, 5m, "money per gigabyte"),
    };

    /// <summary>What each kind can be a price of.</summary>
    private static readonly Dictionary<PriceKind, PriceUnit[]> Units = new()
    {
        [PriceKind.OnDemand] = [PriceUnit.AcceleratorHour],
        [PriceKind.Spot] = [PriceUnit.AcceleratorHour, PriceUnit.Discount],
        [PriceKind.Committed] = [PriceUnit.AcceleratorHour, PriceUnit.Discount],
        [PriceKind.Rental] = [PriceUnit.AcceleratorHour],
        [PriceKind.OwnHyperscaler] = [PriceUnit.AcceleratorHour],
        [PriceKind.OwnNeocloud] = [PriceUnit.AcceleratorHour],
        [PriceKind.Purchase] = [PriceUnit.Accelerator],
        [PriceKind.Serverless] = [PriceUnit.MillionInputTokens, PriceUnit.MillionCachedInputTokens, PriceUnit.MillionOutputTokens, PriceUnit.AudioHour],
        [PriceKind.Power] = [PriceUnit.KilowattHour],
        [PriceKind.Egress] = [PriceUnit.Gigabyte],
    };

    /// <param name="accelerators">The keys that are known.</param>
    public static PriceRow? Of(FactRow place, IReadOnlySet<string> accelerators, List<string> flaws)
    {
        if (place.Read<Row>(flaws) is not { } row) return null;
        var before = flaws.Count;
        if (Name.Flaw(row.Provider) is { } unnamed) Flaw("provider", $"{unnamed}.");
        if (!Units[row.Kind].Contains(row.Unit))
            Flaw("unit", $"is {Word(row.Unit)}; a price of kind {Word(row.Kind)} is per {string.Join(" or ", Units[row.Kind].Select(Word))}.");
        if (row.Accelerator is { } chip && !accelerators.Contains(chip))
            Flaw("accelerator", $"is '{chip}', which is no accelerator; add a row to {AcceleratorFacts.File}, or take its key.");
        if (row.Accelerator is not null && row.Model is not null) Flaw("model", "cannot stand beside an accelerator; make two rows.");
        if (row.Model is null && row.Kind == PriceKind.Serverless) Flaw("model", "is missing: say what is sold.");
        if (row.Accelerator is null && row.Unit is PriceUnit.AcceleratorHour or PriceUnit.Accelerator) Flaw("accelerator", "is missing: say what is sold.");
        if (row.Unit == PriceUnit.Discount ? row.Currency is not null : !Iso4217.IsCode(row.Currency))
            Flaw("currency", row.Unit == PriceUnit.Discount ? "is not for a discount, which is a share." : $"is '{row.Currency}'; it must be an ISO 4217 code such as USD.");
        if (row.TermYears is <= 0 or > 30) Flaw("termYears", "lies above 0 and at most 30.");
        if (row.Value is null == (row.Low is null || row.High is null) || row.Value is not null && (row.Low ?? row.High) is not null)
            Flaw("value", "a price has either value, or low and high.");
        var (low, high) = (row.Value ?? row.Low ?? 0, row.Value ?? row.High ?? 0);
        var (least, most, unit) = Bounds[row.Unit];
        if (flaws.Count > before) return null;
        if (low > high) Flaw("low", Invariant($"is {low}, above high, which is {high}."));
        (string Field, decimal Amount)[] amounts = row.Value is null ? [("low", low), ("high", high)] : [("value", low)];
        foreach (var (field, amount) in amounts.Where(a => a.Amount < least || a.Amount > most))
            Flaw(field, Invariant($"is {amount}; it lies between {least} and {most}, in {unit}."));
        return flaws.Count > before ? null : new PriceRow(
            row.Kind, row.Unit, row.Accelerator ?? row.Model, row.Provider, low, high, row.Currency is { } code ? new Currency(code) : null, place.Provenance.Row)
        {
            TermYears = row.TermYears,
        };

        void Flaw(string field, string message) => flaws.Add(place.Flaw(field, message));
    }

    private static string Word<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
