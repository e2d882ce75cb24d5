using FinOps.Domain.Fleets;
using GraphQL;

namespace FinOps.Platform.Fleets;

/// <summary>A fleet as GraphQL shows it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Registered">Whether usage of it can have a cost: it ever had a size or a cost. Usage of one that had none is unattributed.</param>
/// <param name="Shared">Whether it is what serves several fleets.</param>
/// <param name="Cost">The cost of the whole fleet in effect at the moment asked for; null where none is.</param>
/// <param name="Costs">Every cost of the whole fleet by date, superseded ones left out.</param>
/// <param name="Sizes">Every size by date, superseded ones left out.</param>
/// <param name="CostLines">Every cost line by name and date, superseded ones left out.</param>
[Name("Fleet")]
public sealed record FleetView(
    string Id, bool Registered, bool Shared, FleetCostView? Cost, IReadOnlyList<FleetCostView> Costs, IReadOnlyList<FleetSizeView> Sizes,
    IReadOnlyList<CostLineView> CostLines);

/// <summary>How many accelerators a fleet has from an instant on.</summary>
[Name("FleetSize")]
public sealed record FleetSizeView(string Fleet, DateTimeOffset From, string Accelerator, decimal Count)
{
    internal static FleetSizeView Of(FleetSize size) => new(size.Fleet.Value, size.From, size.Accelerator, size.Count);
}

/// <summary>A cost line of a fleet; which fields are set depends on its kind.</summary>
[Name("CostLine")]
public sealed record CostLineView(
    string Fleet, string Line, CostLineKind Kind, DateTimeOffset From, DateTimeOffset? To, string Currency, bool Shared,
    decimal? CostPerHour, decimal? PricePerAcceleratorHour, decimal? Count, decimal? PricePerAccelerator, decimal? SalvagePerAccelerator,
    int? TermMonths, decimal? KilowattsPerAccelerator, decimal? PowerUsageEffectiveness, decimal? PricePerKilowattHour, decimal? Percent,
    decimal? Amount, IReadOnlyList<TokenPriceView>? Prices = null, IReadOnlyList<string>? Models = null)
{
    internal static CostLineView Of(CostLine line)
    {
        var blank = new CostLineView(
            line.Fleet.Value, line.Name, line.Terms.Kind, line.From, line.To, line.Currency.Code, line.IsShared, null, null, null, null, null, null,
            null, null, null, null, null);
        return line.Terms switch
        {
            CostTerms.Hourly terms => blank with { CostPerHour = terms.CostPerHour },
            CostTerms.OnDemand terms => blank with { PricePerAcceleratorHour = terms.PricePerAcceleratorHour },
            CostTerms.Spot terms => blank with { PricePerAcceleratorHour = terms.PricePerAcceleratorHour, Count = terms.Count },
            CostTerms.Committed terms => blank with { PricePerAcceleratorHour = terms.PricePerAcceleratorHour, Count = terms.Count },
            CostTerms.Purchase terms => blank with
            {
                PricePerAccelerator = terms.PricePerAccelerator,
                SalvagePerAccelerator = terms.SalvagePerAccelerator,
                TermMonths = terms.TermMonths,
                Count = terms.Count,
            },
            CostTerms.Power terms => blank with
            {
                KilowattsPerAccelerator = terms.KilowattsPerAccelerator,
                PowerUsageEffectiveness = terms.PowerUsageEffectiveness,
                PricePerKilowattHour = terms.PricePerKilowattHour,
            },
            CostTerms.Overhead terms => blank with { Percent = terms.Percent },
            CostTerms.Actual terms => blank with { Amount = terms.Amount },
            CostTerms.Serverless terms => blank with
            {
                Prices = [.. terms.Prices.PerMillion.OrderBy(p => p.Key.Ordinal).Select(p => new TokenPriceView(p.Key.Name, p.Value))],
                Models = [.. terms.Prices.Models.Select(m => m.Value)],
            },
            _ => throw new InvalidOperationException($"Terms {line.Terms.Kind} have no view."),
        };
    }
}

/// <summary>What a million of one class costs; classes that inherit are left out.</summary>
[Name("TokenPrice")]
public sealed record TokenPriceView(string UnitClass, decimal PerMillion);

/// <summary>A cost of a whole fleet.</summary>
[Name("FleetCost")]
public sealed record FleetCostView(
    string Fleet, DateTimeOffset From, DateTimeOffset? To, decimal CostPerHour, string Currency, string? Accelerator, int? Count)
{
    internal static FleetCostView Of(FleetCost cost) => new(
        cost.Fleet.Value, cost.From, cost.To, cost.PerHour.Amount, cost.PerHour.Currency.Code, cost.Accelerator, cost.Count);
}
