using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>Says how many accelerators a fleet has from an instant on. The same instant again replaces.</summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="From">On a 15-minute boundary; null is the start of the day (UTC) on which it is recorded.</param>
/// <param name="Accelerator">Which.</param>
/// <param name="Count">Zero or more; a fraction of one is a part of one, such as a MIG slice.</param>
public sealed record SetFleetSize(string Fleet, DateTimeOffset? From, string Accelerator, decimal Count)
{
    /// <summary>More than any fleet there is: a slip.</summary>
    public const decimal MaxCount = 10_000_000m;

    private const int MaxDecimals = 6;

    /// <exception cref="RejectedException">With every failure at once.</exception>
    public FleetSize Decide(DateTimeOffset now)
    {
        var start = Day.FromOrStart(From, now);
        var checks = new Checks();
        checks.Named(Fleet, "fleet");
        checks.Boundary(start, "from");
        checks.Named(Accelerator, "accelerator");
        CheckCount(checks, Count, 0);
        checks.ThrowIfAny();
        return new FleetSize(new FleetId(Fleet), start, Accelerator, Count);
    }

    internal static void CheckCount(Checks checks, decimal count, decimal least)
    {
        if (count < least || count > MaxCount || decimal.Round(count, MaxDecimals) != count)
        {
            checks.Fail(
                "count_invalid", "count",
                string.Create(CultureInfo.InvariantCulture, $"`count` is {count}; it lies between {least} and {MaxCount} and has at most {MaxDecimals} decimals."));
        }
    }
}
