using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Reporting;

/// <summary>Why cost is carried by no work.</summary>
public enum IdleCause
{
    /// <summary>Weights are loaded and nothing is asked.</summary>
    NoRequests,

    /// <summary>Serving, below what could be served.</summary>
    Headroom,

    /// <summary>No model is placed there.</summary>
    Unplaced,

    /// <summary>Starting.</summary>
    WarmUp,

    /// <summary>Stopping.</summary>
    Draining,

    /// <summary>Paid for by a commitment or a purchase, and not there.</summary>
    UnusedCommitment,

    /// <summary>Nobody said what the fleet was at.</summary>
    Unreported,
}

/// <summary>Why a fleet's hour was idle, quarter by quarter: what is paid for and not there by its lines, the rest by accelerator-time in each state.</summary>
/// <param name="fleet">The fleet.</param>
/// <param name="hour">In hours since 1970.</param>
/// <param name="cost">Of the hour.</param>
/// <param name="presence">What the fleet reported; null where nothing.</param>
/// <param name="hadWork">Whether there was work in the hour: then what serves is idle for want of more of it.</param>
/// <param name="book">Says how many accelerators the fleet has.</param>
/// <param name="now">What lies ahead is not unreported.</param>
internal sealed class IdleHour(FleetId fleet, int hour, FleetHourCost cost, FleetPresence? presence, bool hadWork, FleetBook book, DateTimeOffset now)
{
    private static readonly int Causes = Enum.GetValues<IdleCause>().Length;

    /// <param name="quarter">0 to 3.</param>
    /// <param name="amount">Idle cost of the quarter, above zero.</param>
    /// <returns>Sums to the amount to the last digit.</returns>
    public IEnumerable<(IdleCause Cause, decimal Amount)> ByCause(int quarter, decimal amount)
    {
        var parts = cost.Parts[quarter];
        if (presence is null && !parts.Any(p => p.IsUnused)) return [(IdleCause.Unreported, amount)];
        var weights = TimeOf(quarter);
        if (weights.Sum() == 0) weights = Enumerable.Range(0, FleetHourCost.Quarters).Select(TimeOf).Aggregate(Sum);
        if (weights.Sum() == 0) weights[(int)IdleCause.Unreported] = 1;
        var (used, time) = (parts.Where(p => !p.IsUnused).Sum(p => p.Cost), weights.Sum());
        for (var cause = 0; cause < Causes; cause++) weights[cause] = used * (weights[cause] / time);
        weights[(int)IdleCause.UnusedCommitment] = parts.Where(p => p.IsUnused).Sum(p => p.Cost);
        return LargestRemainder.Split(amount, weights).Select((share, cause) => ((IdleCause)cause, share)).Where(s => s.share != 0);
    }

    /// <summary>Accelerator-hours by cause; where their number is not known, the time without a report weighs like the time with one.</summary>
    private decimal[] TimeOf(int quarter)
    {
        var slot = new QuarterHour(hour * FleetHourCost.Quarters + quarter);
        var time = new decimal[Causes];
        if (slot.Start >= now) return time;
        var passed = Hours.Between(slot.Start, slot.End < now ? slot.End : now);
        if (presence?.At(slot) is not { } told)
        {
            time[(int)IdleCause.Unreported] = (SizeAt(slot) ?? 1) * passed;
            return time;
        }

        time[(int)IdleCause.NoRequests] = told.AcceleratorHours(FleetState.Loaded);
        time[(int)(hadWork ? IdleCause.Headroom : IdleCause.NoRequests)] += told.AcceleratorHours(FleetState.Serving);
        time[(int)IdleCause.WarmUp] = told.AcceleratorHours(FleetState.WarmUp);
        time[(int)IdleCause.Draining] = told.AcceleratorHours(FleetState.Draining);
        time[(int)IdleCause.Unplaced] = told.AcceleratorHours(FleetState.Unplaced);
        var all = told.AllAcceleratorHours;
        time[(int)IdleCause.Unreported] = SizeAt(slot) is { } size
            ? Math.Max(0, size * passed - all)
            : Math.Max(0, passed - told.ReportedHours) * (all / told.ReportedHours);
        // It said that it had none, and costs all the same.
        if (time.Sum() == 0) time[(int)IdleCause.Unplaced] = told.ReportedHours;
        return time;
    }

    private decimal? SizeAt(QuarterHour slot) => book.SizeAt(fleet, slot)?.Count ?? book.At(fleet, slot)?.Count;

    private static decimal[] Sum(decimal[] left, decimal[] right) => [.. left.Zip(right, (l, r) => l + r)];
}
