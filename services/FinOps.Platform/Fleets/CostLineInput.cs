using FinOps.Domain.Fleets;
using FinOps.Platform.Pricing;
using GraphQL;

namespace FinOps.Platform.Fleets;

/// <summary>One cost line of a fleet from an instant on; the same in GraphQL and in files. Each kind takes its own fields: docs/fleet-cost.md.</summary>
[Name("CostLineInput")]
public sealed class CostLineInput : IBookInput
{
    /// <summary>The fleet, or what serves several fleets.</summary>
    public required string Fleet { get; init; }

    /// <summary>The line's name within it.</summary>
    public required string Line { get; init; }

    public required CostLineKind Kind { get; init; }

    /// <summary>On a 15-minute boundary; by default the start of today, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive; by default open, and of a purchase the end of its term.</summary>
    public DateTimeOffset? To { get; init; }

    public required string Currency { get; init; }

    /// <summary>Whether it is the cost of what serves several fleets: it becomes rows of kind SHARED.</summary>
    public bool? Shared { get; init; }

    /// <summary>HOURLY: of the whole line.</summary>
    public decimal? CostPerHour { get; init; }

    /// <summary>ON_DEMAND, SPOT, COMMITTED.</summary>
    public decimal? PricePerAcceleratorHour { get; init; }

    /// <summary>SPOT, COMMITTED, PURCHASE: how many accelerators.</summary>
    public decimal? Count { get; init; }

    /// <summary>PURCHASE.</summary>
    public decimal? PricePerAccelerator { get; init; }

    /// <summary>PURCHASE: what is left of the price at the end of the term.</summary>
    public decimal? SalvagePerAccelerator { get; init; }

    /// <summary>PURCHASE: over how many calendar months it is written off.</summary>
    public int? TermMonths { get; init; }

    /// <summary>POWER: drawn on average, host included.</summary>
    public decimal? KilowattsPerAccelerator { get; init; }

    /// <summary>POWER: 1 is nothing on top.</summary>
    public decimal? PowerUsageEffectiveness { get; init; }

    /// <summary>POWER.</summary>
    public decimal? PricePerKilowattHour { get; init; }

    /// <summary>OVERHEAD: on top of the lines that are no overhead.</summary>
    public decimal? Percent { get; init; }

    /// <summary>ACTUAL: what was paid for the stretch from <c>from</c> to <c>to</c>.</summary>
    public decimal? Amount { get; init; }

    /// <summary>SERVERLESS: at least of uncachedInput and output; other classes take their parent's.</summary>
    public IReadOnlyList<TokenPriceInput>? Prices { get; init; }

    /// <summary>SERVERLESS: whose tokens are priced; by default all models.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Why; kept with the fact.</summary>
    public string? Reason { get; init; }

    public SetCostLine ToCommand() => new()
    {
        Fleet = Fleet,
        Line = Line,
        Kind = Kind,
        From = From,
        To = To,
        Currency = Currency,
        IsShared = Shared ?? false,
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
    };

    BookEntry IBookInput.Decide(DateTimeOffset now, string by) => CostLineSet.Entry(ToCommand(), now, by);
}

/// <summary>What a million of one class costs.</summary>
[Name("TokenPriceInput")]
public sealed class TokenPriceInput
{
    public required string UnitClass { get; init; }

    public required decimal PerMillion { get; init; }
}
