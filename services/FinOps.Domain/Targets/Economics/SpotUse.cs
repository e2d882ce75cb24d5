using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Economics;

/// <summary>Capacity that may be taken back: cheap while it is there.</summary>
/// <param name="Discount">Off the price on demand: 0 to below 1.</param>
/// <param name="Availability">The share of the hours in which it can be had: above 0, at most 1.</param>
/// <param name="InterruptionsPerHour">Of one accelerator, while it is had.</param>
/// <param name="HoursLostPerInterruption">Work that is done again, and the time to load the model again.</param>
public sealed record SpotUse(decimal Discount, decimal Availability, decimal InterruptionsPerHour = 0, decimal HoursLostPerInterruption = 0)
{
    /// <summary>The share of the paid hours that yields work: 1 − interruptions per hour × hours lost by each.</summary>
    public decimal UsefulShare => 1 - InterruptionsPerHour * HoursLostPerInterruption;

    /// <summary>
    /// What an hour of useful work costs where work can wait until capacity is back but the hours without it still cost what is kept ready:
    /// p·(1 − d) / availability / useful share.
    /// </summary>
    public Money UsefulHour(Money onDemand)
    {
        RequireUseful();
        return onDemand.Currency.Rounded(onDemand.Amount * (1 - Discount) / Availability / UsefulShare);
    }

    /// <summary>
    /// What an hour of useful work costs where hours without spot are served on demand:
    /// availability · p·(1 − d) / useful share + (1 − availability) · p.
    /// </summary>
    public Money UsefulHourWithFallback(Money onDemand)
    {
        RequireUseful();
        return onDemand.Currency.Rounded(onDemand.Amount * (Availability * (1 - Discount) / UsefulShare + (1 - Availability)));
    }

    private void RequireUseful()
    {
        if (Discount is < 0 or >= 1) throw Refused("discount", "lies at 0 or above and below 1");
        if (Availability is <= 0 or > 1) throw Refused("availability", "lies above 0 and at most 1");
        if (UsefulShare is <= 0 or > 1) throw Refused("interruptionsPerHour", "and the hours lost by each must leave some of each hour");
    }

    private static RejectedException Refused(string field, string message) => new(new Rejection("spot_invalid", field, $"`{field}` {message}."));
}
