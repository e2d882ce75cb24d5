using FinOps.Domain.Targets;
using FinOps.Domain.Targets.Economics;
using FinOps.Domain.Targets.Scenarios;
using FinOps.Domain.Values;
using FinOps.Platform.Targets.Estimates;

namespace FinOps.Platform.Targets.Scenarios;

/// <summary>A scenario's file beside its steps.</summary>
internal sealed record ScenarioFile(string Name, string About, ScenarioPeriod Period, ScenarioDemand Demand)
{
    public ClaimedFile? Claimed { get; init; }

    public IReadOnlyList<string>? BoughtFrom { get; init; }

    public IReadOnlyList<string>? Unconfirmed { get; init; }
}

internal sealed record ClaimedFile(decimal Before, decimal After, string Currency, string Source, string AsOf)
{
    public ClaimedCost ToClaimed()
    {
        var currency = new Currency(Currency);
        return new ClaimedCost(new Money(Before, currency), new Money(After, currency), new Provenance(Source, AsOf));
    }
}

internal sealed record SetupFile
{
    public PaymentFile? Payment { get; init; }

    public EstimateInput? Deployment { get; init; }

    public SoundFile? Sound { get; init; }

    public int? Sites { get; init; }

    public double? BaseShare { get; init; }

    public int? LeastCopies { get; init; }

    public bool? Hourly { get; init; }

    public IReadOnlyList<RouteFile>? Routes { get; init; }

    public decimal? RouterPerMillion { get; init; }

    public IReadOnlyList<CloudFile>? Clouds { get; init; }

    public decimal? GigabytesPerMillion { get; init; }
}

internal sealed record CloudFile(string Name, PaymentFile Payment)
{
    public decimal? TransferPerGigabyte { get; init; }

    public decimal? MostAccelerators { get; init; }
}

internal sealed record SoundFile(string Accelerator, double RealTimeFactor)
{
    public double? BatchGain { get; init; }
}

internal sealed record RouteFile(string Name, decimal Share, EstimateInput Deployment);

internal sealed record SpotFile(decimal Discount, decimal Availability)
{
    public decimal? InterruptionsPerHour { get; init; }

    public decimal? HoursLostPerInterruption { get; init; }

    public SpotUse ToSpot() => new(Discount, Availability, InterruptionsPerHour ?? 0, HoursLostPerInterruption ?? 0);
}

internal sealed record OwnedFile(decimal Years, decimal InterestPerYear, decimal Kilowatts, decimal PowerUsageEffectiveness, decimal PricePerKilowattHour)
{
    public decimal? Price { get; init; }

    public decimal? Salvage { get; init; }

    public decimal? HostingPerKilowattMonth { get; init; }

    public decimal? OtherPerHour { get; init; }

    public OwnedHour ToOwned(Currency currency) =>
        new(new Money(Price ?? 0, currency), Years, InterestPerYear, Kilowatts, PowerUsageEffectiveness, PricePerKilowattHour)
        {
            Salvage = Salvage ?? 0,
            HostingPerKilowattMonth = HostingPerKilowattMonth ?? 0,
            OtherPerHour = OtherPerHour ?? 0,
        };
}

internal sealed record PaymentFile(PriceKind Kind)
{
    public string? Provider { get; init; }

    public PricePoint? Point { get; init; }

    public decimal? PricePerAcceleratorHour { get; init; }

    public string? Currency { get; init; }

    public SpotFile? Spot { get; init; }

    public bool? Fallback { get; init; }

    public decimal? Discount { get; init; }

    public OwnedFile? Owned { get; init; }

    public Payment ToPayment()
    {
        var currency = new Currency(Currency ?? "USD");
        return new Payment(Kind)
        {
            Provider = Provider,
            Point = Point ?? PricePoint.Middle,
            AcceleratorHour = PricePerAcceleratorHour is { } hour ? new Money(hour, currency) : null,
            Spot = Spot?.ToSpot(),
            Fallback = Fallback ?? false,
            Discount = Discount,
            Owned = Owned?.ToOwned(currency),
        };
    }
}
