using FinOps.Domain.Fleets;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Fleets;

public sealed class AcceptFleetReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 10, 0, 0, TimeSpan.Zero);
    private static readonly FleetReportRules Rules = new(Now, TimeSpan.FromDays(35), TimeSpan.FromMinutes(5));

    private static readonly ReportedFleet Good = new()
    {
        Fleet = "nobody-registered-it",
        From = Now.AddHours(-1),
        To = Now.AddMinutes(5),
        Accelerator = "h100-sxm",
        Count = 7.5m,
        State = "warm-up",
        CapacityWorkUnits = 7_200_000.25m,
    };

    public static TheoryData<string, Func<ReportedFleet, ReportedFleet>> Flawed => new()
    {
        { "fleet_missing fleet", r => r with { Fleet = null } },
        { "fleet_invalid fleet", r => r with { Fleet = " h" } },
        { "accelerator_missing accelerator", r => r with { Accelerator = "" } },
        { "state_missing state", r => r with { State = null } },
        { "state_unknown state", r => r with { State = "idle" } },
        { "from_missing from", r => r with { From = null } },
        { "to_missing to", r => r with { To = null } },
        { "window_empty to", r => r with { To = r.From } },
        { "span_too_long to", r => r with { From = Now.AddHours(-24) } },
        { "from_too_old from", r => r with { From = Now.AddDays(-36), To = Now.AddDays(-35.5) } },
        { "to_ahead to", r => r with { To = Now.AddMinutes(6) } },
        { "count_missing count", r => r with { Count = null } },
        { "count_negative count", r => r with { Count = -1 } },
        { "count_implausible count", r => r with { Count = 1_000_001 } },
        { "count_too_fine count", r => r with { Count = 0.0000001m } },
        { "capacity_negative capacityWorkUnits", r => r with { CapacityWorkUnits = -1 } },
        { "capacity_implausible capacityWorkUnits", r => r with { CapacityWorkUnits = 1_000_000_000_000_000_001m } },
    };

    [Fact]
    public void A_report_of_a_fleet_that_nobody_registered_is_accepted()
    {
        var (report, rejections) = AcceptFleetReport.Decide(Good, Rules);

        Assert.Empty(rejections);
        Assert.Equal(
            new FleetReport(new FleetId("nobody-registered-it"), Now.AddHours(-1), Now.AddMinutes(5), "h100-sxm", 7.5m, FleetState.WarmUp, 7_200_000.25m), report);
    }

    [Theory]
    [MemberData(nameof(Flawed))]
    public void A_flaw_is_told_with_its_field(string expected, Func<ReportedFleet, ReportedFleet> flaw)
    {
        var (report, rejections) = AcceptFleetReport.Decide(flaw(Good), Rules);

        Assert.Null(report);
        Assert.Equal(expected, Assert.Single(rejections) is { } told ? $"{told.Code} {told.Field}" : "");
    }

    [Fact]
    public void All_flaws_are_told_at_once_and_what_could_not_be_read_once_only()
    {
        var (_, rejections) = AcceptFleetReport.Decide(
            new ReportedFleet { State = "idle", Count = -1, Unreadable = [new Rejection("wrong_type", "from", "`from` must be text.")] }, Rules);

        Assert.Equal(
            ["accelerator accelerator_missing", "count count_negative", "fleet fleet_missing", "from wrong_type", "state state_unknown", "to to_missing"],
            rejections.Select(r => $"{r.Field} {r.Code}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_state_has_a_name_of_its_own() =>
        Assert.All(Enum.GetValues<FleetState>(), state => Assert.Equal(state, FleetStates.Find(FleetStates.NameOf(state))));
}
