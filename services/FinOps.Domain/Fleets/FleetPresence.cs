using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>What a fleet reported of itself, per quarter-hour. A later report takes the place of an earlier one of the same accelerator and state where they overlap.</summary>
public sealed class FleetPresence
{
    private readonly Dictionary<int, QuarterPresence> quarters = [];

    private FleetPresence(IReadOnlyList<FleetReport> inEffect) => InEffect = inEffect;

    /// <summary>What counts, cut where something later took its place; by start, accelerator and state.</summary>
    public IReadOnlyList<FleetReport> InEffect { get; }

    /// <param name="recorded">Of one fleet, in the order of their recording.</param>
    public static FleetPresence Of(IEnumerable<FleetReport> recorded)
    {
        var presence = new FleetPresence(
        [
            .. recorded.GroupBy(r => (r.Accelerator, r.State)).SelectMany(Replaced)
                .OrderBy(r => r.From).ThenBy(r => r.Accelerator, StringComparer.Ordinal).ThenBy(r => r.State),
        ]);
        foreach (var report in presence.InEffect) presence.Count(report);
        presence.CountTime();
        return presence;
    }

    /// <returns>Null where nothing was reported of it.</returns>
    public QuarterPresence? At(QuarterHour slot) => quarters.GetValueOrDefault(slot.Index);

    private static List<FleetReport> Replaced(IEnumerable<FleetReport> recorded)
    {
        // Side by side and in order of time; most reports come in that order, too.
        var pieces = new List<FleetReport>();
        foreach (var report in recorded)
        {
            var first = pieces.Count;
            while (first > 0 && pieces[first - 1].To > report.From) first--;
            var end = first;
            var put = new List<FleetReport>(3);
            for (; end < pieces.Count && pieces[end].From < report.To; end++)
            {
                if (pieces[end].From < report.From) put.Add(pieces[end].Part(pieces[end].From, report.From));
            }

            put.Add(report);
            if (end > first && pieces[end - 1].To > report.To) put.Add(pieces[end - 1].Part(report.To, pieces[end - 1].To));
            pieces.RemoveRange(first, end - first);
            pieces.InsertRange(first, put);
        }

        return pieces;
    }

    private void Count(FleetReport report)
    {
        var whole = (report.To - report.From).Ticks;
        foreach (var (quarter, ticks) in Quarters(report.From, report.To))
            quarter.Add(report.State, report.Count * ticks, report.CapacityWorkUnits * ticks / whole);
    }

    /// <summary>Reports stand side by side in time, too; what several of them cover is covered once.</summary>
    private void CountTime()
    {
        var turns = InEffect.SelectMany(r => new[] { (At: r.From, Sign: 1, Report: r), (At: r.To, Sign: -1, Report: r) }).OrderBy(t => t.At).ToList();
        var (told, withCapacity, able) = (0, 0, 0);
        for (var i = 0; i < turns.Count; i++)
        {
            if (i > 0 && told > 0 && turns[i].At > turns[i - 1].At)
            {
                foreach (var (quarter, ticks) in Quarters(turns[i - 1].At, turns[i].At)) quarter.AddTime(ticks, isCapacityKnown: withCapacity > 0 || able == 0);
            }

            var (_, sign, report) = turns[i];
            told += sign;
            if (report.CapacityWorkUnits is not null) withCapacity += sign;
            if (report is { Count: > 0, State: FleetState.Serving or FleetState.Loaded }) able += sign;
        }
    }

    private IEnumerable<(QuarterPresence Quarter, long Ticks)> Quarters(DateTimeOffset from, DateTimeOffset to)
    {
        for (var slot = QuarterHour.Holding(from); slot.Start < to; slot = new QuarterHour(slot.Index + 1))
        {
            if (!quarters.TryGetValue(slot.Index, out var quarter)) quarters[slot.Index] = quarter = new QuarterPresence();
            yield return (quarter, ((slot.End < to ? slot.End : to) - (slot.Start > from ? slot.Start : from)).Ticks);
        }
    }
}

/// <summary>What was reported of a fleet in one quarter-hour, weighted by time.</summary>
public sealed class QuarterPresence
{
    // In ticks, which add up exactly; hours are thirds now and then.
    private readonly decimal[] acceleratorTicks = new decimal[Enum.GetValues<FleetState>().Length];
    private long reportedTicks;
    private long capacityTicks;
    private decimal capacityAcceleratorTicks;

    /// <summary>In work units; null where no report told it.</summary>
    public decimal? CapacityWorkUnits { get; private set; }

    /// <summary>Accelerator-hours of those whose capacity was told.</summary>
    public decimal CapacityAcceleratorHours => capacityAcceleratorTicks / TimeSpan.TicksPerHour;

    /// <summary>How much of the quarter any report covers, in hours.</summary>
    public decimal ReportedHours => (decimal)reportedTicks / TimeSpan.TicksPerHour;

    /// <summary>Of these, where the capacity is known: told, or none, since nothing could serve.</summary>
    public decimal CapacityHours => (decimal)capacityTicks / TimeSpan.TicksPerHour;

    /// <summary>All states together.</summary>
    public decimal AllAcceleratorHours => acceleratorTicks.Sum() / TimeSpan.TicksPerHour;

    public decimal AcceleratorHours(FleetState state) => acceleratorTicks[(int)state] / TimeSpan.TicksPerHour;

    internal void Add(FleetState state, decimal ticks, decimal? capacity)
    {
        acceleratorTicks[(int)state] += ticks;
        if (capacity is not { } known) return;
        CapacityWorkUnits = (CapacityWorkUnits ?? 0) + known;
        capacityAcceleratorTicks += ticks;
    }

    internal void AddTime(long ticks, bool isCapacityKnown)
    {
        reportedTicks += ticks;
        if (isCapacityKnown) capacityTicks += ticks;
    }
}
