using System.Globalization;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>
/// How idle the fleets of a budget were over the whole hours of its period that have settled. An hour that runs, or whose usage may still
/// come, is no part of it: usage comes after the cost, so such an hour would always look idle.
/// </summary>
/// <param name="Fleets">Whole fleets, whoever used them.</param>
/// <param name="Settled">The hours; null where none has settled.</param>
/// <param name="HoursKnown">Those of them in which at least one of the fleets has a known cost.</param>
/// <param name="HoursNeeded">Before so many nothing alerts.</param>
/// <param name="IdleShare">Of the fleets' cost, 0 to 1, by USAGE; null where no cost is known.</param>
public sealed record FleetShare(IReadOnlyList<string> Fleets, Window? Settled, int HoursKnown, int HoursNeeded, decimal? IdleShare)
{
    /// <summary>A day and a night: what a night alone says of a month is noise.</summary>
    public const int MostHoursNeeded = 24;

    // Of the period, where that is less.
    private const int PartNeeded = 4;

    private const int FleetsNamed = 3;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Whether it is known of enough hours to alert.</summary>
    public bool IsEnough => IdleShare is not null && HoursKnown >= HoursNeeded;

    /// <returns>Percent; null where it is not known.</returns>
    public decimal? Of(BudgetMeasure measure)
    {
        Invariant.Require(measure.IsOfFleets(), "a share of fleets is what is asked for");
        return IdleShare is not { } idle ? null : WithoutTrailingZeros(UnitCostCell.Figure((measure == BudgetMeasure.IdleShare ? idle : 1 - idle) * 100m));
    }

    /// <summary>In a sentence for people; null where it is not known.</summary>
    public string? Cause => IdleShare is { } idle
        ? string.Create(CultureInfo.InvariantCulture, $"{Named} {(Fleets.Count == 1 ? "was" : "were")} idle {idle * 100m:0.#} % of what {(Fleets.Count == 1 ? "it" : "they")} cost in {HoursKnown} settled hours.")
        : null;

    private string Named => Fleets.Count switch
    {
        1 => $"Fleet {Fleets[0]}",
        <= FleetsNamed => $"Fleets {string.Join(", ", Fleets)}",
        _ => $"Fleets {string.Join(", ", Fleets.Take(FleetsNamed))} and {Fleets.Count - FleetsNamed} more",
    };

    /// <returns>A quarter of the period's hours, at least 1 and at most <see cref="MostHoursNeeded"/>.</returns>
    public static int HoursNeededOf(Window period) => (int)Math.Clamp(Math.Ceiling((period.To - period.From) / Hour / PartNeeded), 1, MostHoursNeeded);

    /// <param name="period">The budget's.</param>
    /// <param name="now">Now.</param>
    /// <param name="settlesAfter">How long after its end usage of an hour may still come.</param>
    /// <returns>The whole hours of UTC in the period that have settled; null where there is none.</returns>
    public static Window? SettledOf(Window period, DateTimeOffset now, TimeSpan settlesAfter)
    {
        var (from, to) = (HourBegun(period.From.AddTicks(Hour.Ticks - 1)), HourBegun(Earlier(period.To, now - settlesAfter)));
        return from < to ? new Window(from, to) : null;
    }

    /// <returns>The start of the hour of UTC that holds an instant.</returns>
    public static DateTimeOffset HourBegun(DateTimeOffset instant) => new(instant.UtcTicks - instant.UtcTicks % Hour.Ticks, TimeSpan.Zero);

    private static decimal WithoutTrailingZeros(decimal percent) => percent / 1.0000000000000000000000000000m;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
