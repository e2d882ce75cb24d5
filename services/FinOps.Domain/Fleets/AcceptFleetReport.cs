using System.Globalization;
using FinOps.Domain.Values;

namespace FinOps.Domain.Fleets;

/// <summary>A report of a fleet as it was read; what could not be read is null and told beside it.</summary>
public sealed record ReportedFleet
{
    public string? Fleet { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public string? Accelerator { get; init; }

    public decimal? Count { get; init; }

    public string? State { get; init; }

    public decimal? CapacityWorkUnits { get; init; }

    /// <summary>Fields of the wrong kind.</summary>
    public IReadOnlyList<Rejection> Unreadable { get; init; } = [];
}

/// <param name="Now">The instant of the decision.</param>
/// <param name="Back">How long ago a report may begin.</param>
/// <param name="Ahead">How far ahead of <paramref name="Now"/> it may end.</param>
public sealed record FleetReportRules(DateTimeOffset Now, TimeSpan Back, TimeSpan Ahead);

/// <summary>Decides for one report of a fleet: what it says, or all that is wrong with it. A fleet that nobody registered is accepted.</summary>
public static class AcceptFleetReport
{
    /// <summary>A longer report says too little about when, and would have to be looked for from far away.</summary>
    public static readonly TimeSpan LongestSpan = TimeSpan.FromDays(1);

    /// <summary>More accelerators than any fleet has: a slip.</summary>
    public const decimal MaxCount = 1_000_000m;

    /// <summary>More work than any fleet does in a day.</summary>
    public const decimal MaxCapacity = 1_000_000_000_000_000_000m;

    private const int MaxDecimals = 6;

    /// <returns>The report; null where there are rejections.</returns>
    public static (FleetReport? Report, IReadOnlyList<Rejection> Rejections) Decide(ReportedFleet reported, FleetReportRules rules)
    {
        var flaws = new List<Rejection>(reported.Unreadable);
        Named("fleet", reported.Fleet);
        Named("accelerator", reported.Accelerator);
        CheckTime(reported, rules, Fail);
        Amount("count", reported.Count, MaxCount, isNeeded: true);
        var state = FleetStates.Find(reported.State);
        if (state is null) Fail(reported.State is null ? "state_missing" : "state_unknown", "state", $"`state` is one of {FleetStates.Known}.");
        Amount("capacity", reported.CapacityWorkUnits, MaxCapacity, isNeeded: false, field: "capacityWorkUnits");
        if (flaws.Count > 0) return (null, flaws);
        return (new FleetReport(
            new FleetId(reported.Fleet!), reported.From!.Value.ToUniversalTime(), reported.To!.Value.ToUniversalTime(), reported.Accelerator!,
            reported.Count!.Value, state!.Value, reported.CapacityWorkUnits), []);

        void Named(string field, string? name)
        {
            if (Name.Flaw(name) is { } flaw) Fail(string.IsNullOrEmpty(name) ? $"{field}_missing" : $"{field}_invalid", field, $"`{field}` {flaw}.");
        }

        void Amount(string code, decimal? amount, decimal max, bool isNeeded, string? field = null)
        {
            field ??= code;
            var told = amount?.ToString(CultureInfo.InvariantCulture);
            if (amount is null && isNeeded) Fail($"{code}_missing", field, $"`{field}` is missing.");
            if (amount < 0) Fail($"{code}_negative", field, $"`{field}` is {told}; it must not be negative.");
            else if (amount > max) Fail($"{code}_implausible", field, string.Create(CultureInfo.InvariantCulture, $"`{field}` is {told}; at most {max} is believed."));
            else if (amount is { } fine && decimal.Round(fine, MaxDecimals) != fine) Fail($"{code}_too_fine", field, $"`{field}` has at most {MaxDecimals} decimals.");
        }

        // A field that could not be read is told once.
        void Fail(string code, string field, string message)
        {
            if (!reported.Unreadable.Any(u => u.Field == field)) flaws.Add(new Rejection(code, field, message));
        }
    }

    private static void CheckTime(ReportedFleet reported, FleetReportRules rules, Action<string, string, string> fail)
    {
        if (reported.From is null) fail("from_missing", "from", "`from` is missing.");
        if (reported.To is null) fail("to_missing", "to", "`to` is missing.");
        if (reported.From < rules.Now - rules.Back)
            fail("from_too_old", "from", $"`from` lies more than {rules.Back.TotalDays:0.##} days back.");
        if (reported.To > rules.Now + rules.Ahead)
            fail("to_ahead", "to", $"`to` lies more than {rules.Ahead.TotalMinutes:0.##} minutes ahead: report what was, not what will be; or the clock is wrong.");
        if (reported is not { From: { } from, To: { } to }) return;
        if (to <= from) fail("window_empty", "to", "`to` must lie after `from`.");
        if (to - from > LongestSpan) fail("span_too_long", "to", $"A report covers at most {LongestSpan.TotalHours:0} hours; send several.");
    }
}
