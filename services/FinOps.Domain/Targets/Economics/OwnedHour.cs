using FinOps.Domain.Values;

namespace FinOps.Domain.Targets.Economics;

/// <summary>An accelerator of one's own, with its share of the machine around it.</summary>
/// <param name="Price">Paid at the start.</param>
/// <param name="Years">Until it is worth only its salvage.</param>
/// <param name="InterestPerYear">What the money would earn or costs elsewhere: 0.08 is 8 %.</param>
/// <param name="Kilowatts">Drawn on average, host included.</param>
/// <param name="PowerUsageEffectiveness">What the building draws for each kilowatt of its machines: 1 or more.</param>
/// <param name="PricePerKilowattHour">Of electricity.</param>
public sealed record OwnedHour(
    Money Price, decimal Years, decimal InterestPerYear, decimal Kilowatts, decimal PowerUsageEffectiveness, decimal PricePerKilowattHour)
{
    public const decimal HoursPerYear = 8_760;

    /// <summary>What it will fetch at the end.</summary>
    public decimal Salvage { get; init; }

    /// <summary>Space, cooling, hands, spares, network: per kilowatt and month.</summary>
    public decimal HostingPerKilowattMonth { get; init; }

    /// <summary>Whatever else runs with it, per hour: support, software, staff.</summary>
    public decimal OtherPerHour { get; init; }

    /// <summary>
    /// Capital recovery factor: the yearly payment that pays back 1 with interest, CRF(r, N) = r / (1 − (1 + r)^−N); 1/N without interest.
    /// </summary>
    public static double CapitalRecovery(double interest, double years) => interest == 0 ? 1 / years : interest / (1 - Math.Pow(1 + interest, -years));

    /// <summary>(price − salvage·(1 + r)^−N) · CRF(r, N) / 8760.</summary>
    public Money Capital => Price.Currency.Rounded(
        (Price.Amount - Salvage * (decimal)Math.Pow(1 + (double)InterestPerYear, -(double)Years))
        * (decimal)CapitalRecovery((double)InterestPerYear, (double)Years) / HoursPerYear);

    /// <summary>kW · PUE · price of a kilowatt-hour.</summary>
    public Money Power => Price.Currency.Rounded(Kilowatts * PowerUsageEffectiveness * PricePerKilowattHour);

    /// <summary>kW · price per kilowatt and month · 12 / 8760, and what else runs with it.</summary>
    public Money Hosting => Price.Currency.Rounded(Kilowatts * HostingPerKilowattMonth * 12 / HoursPerYear + OtherPerHour);

    /// <summary>An hour of it, used or not.</summary>
    public Money Hour => Capital + Power + Hosting;

    /// <exception cref="RejectedException">With every failure at once.</exception>
    public OwnedHour Checked()
    {
        var checks = new Checks();
        Require(Price.Amount > 0, "price", "must be above 0");
        Require(Years is > 0 and <= 30, "years", "lies above 0 and at most 30");
        Require(InterestPerYear is >= 0 and <= 1, "interestPerYear", "is a share between 0 and 1; 8 % is 0.08");
        Require(Kilowatts is > 0 and <= 50, "kilowatts", "lies above 0 and at most 50; watts are divided by 1,000");
        Require(PowerUsageEffectiveness is >= 1 and <= 4, "powerUsageEffectiveness", "lies between 1 and 4");
        Require(PricePerKilowattHour is >= 0 and <= 5, "pricePerKilowattHour", "lies between 0 and 5, in money and not cents");
        Require(Salvage >= 0 && Salvage <= Price.Amount, "salvage", "lies between 0 and the price");
        Require(HostingPerKilowattMonth >= 0, "hostingPerKilowattMonth", "is not negative");
        Require(OtherPerHour >= 0, "otherPerHour", "is not negative");
        checks.ThrowIfAny();
        return this;

        void Require(bool holds, string field, string message)
        {
            if (!holds) checks.Fail("owned_invalid", field, $"`{field}` {message}.");
        }
    }
}
