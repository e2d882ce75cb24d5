using CsCheck;
using FinOps.Domain.Fleets;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

using static FinOps.Domain.Tests.Reporting.Costs;

namespace FinOps.Domain.Tests.Reporting;

/// <summary>Work carries the share of the hour's capacity that it used; the rest is idle, and why is told.</summary>
public sealed class UsageBasisTests
{
    [Fact]
    public void The_worked_hour_of_the_documents_in_both_bases()
    {
        // docs/cost.md: 4,000,000 work units of 10,000,000 that 8 accelerators could have done; 2 more had no model.
        var books = Books([Fleet("f", 10m, toHour: 2)]);
        UsageSlot[] usage = [Used("acme", "m", "f", 0, 1_000_000, 500_000), Used("globex", "m", "f", 0.5, 1_000_000, 0)];
        var activity = Active([Reported(0, 1, 8, FleetState.Serving, 10_000_000), Reported(0, 1, 2, FleetState.Unplaced)]);

        var allocation = Ask(books, usage, [Dimension.Tenant], activity: activity);
        var used = Ask(books, usage, [Dimension.Tenant], basis: CostBasis.Usage, activity: activity);

        Assert.Equal([("acme", 7.5m), ("globex", 2.5m), (null, 10m)], Rows(allocation));
        Assert.Equal([("acme", 3m), ("globex", 1m), (null, 16m)], Rows(used));
        Assert.Equal([(IdleCause.Headroom, 4.8m), (IdleCause.Unplaced, 1.2m), (IdleCause.Unreported, 10m)], used.Total.IdleCosts.All);
        Assert.Equal([(IdleCause.Unreported, 10m)], allocation.Total.IdleCosts.All);
        Assert.Equal([(CapacitySource.Reported, 3m)], used.Rows[0].Cell.CapacityCosts.All);
        Assert.Equal([(CapacitySource.Reported, 10m)], used.Total.CapacityCosts.All);
        Assert.Empty(allocation.Total.CapacityCosts.All);
    }

    [Fact]
    public void Without_a_report_the_target_says_what_the_hours_cost_should_have_bought()
    {
        // 20 USD a million of any token: 10 USD buy half a million; a tenth of that was used.
        var books = Books([Fleet("f", 10m, toHour: 1)], targets: [Target("f", "m", 20m)]);

        var report = Ask(books, [Used("a", "m", "f", 0, 25_000, 25_000), Used("a", "other", "f", 0, 12_500, 12_500)], [Dimension.Model], basis: CostBasis.Usage);

        // What has no target is carried at the same rate per work unit.
        Assert.Equal([("m", 1m), ("other", 0.5m), (null, 8.5m)], report.Rows.Select(r => (r.Key.Model, r.Cell.Cost!.Value)));
        Assert.Equal([(CapacitySource.Target, 10m)], report.Total.CapacityCosts.All);
    }

    [Fact]
    public void Without_a_target_the_best_hour_seen_is_the_measure_and_the_first_hour_carries_all()
    {
        var books = Books([Fleet("f", 10m, toHour: 4)]);
        UsageSlot[] usage = [Used("a", "m", "f", 0, 100, 0), Used("a", "m", "f", 1, 400, 0), Used("a", "m", "f", 2, 100, 0), Used("a", "m", "f", 3, 300, 0)];

        var report = Ask(books, usage, [Dimension.Hour], toHour: 4, basis: CostBasis.Usage, activity: new FleetActivity(FleetActivity.None.Presence, Best(usage, 1)));

        // The third hour looks back on the second; the fourth no longer.
        Assert.Equal([10m, 10m, 2.5m, 10m], report.Rows.Where(r => r.Key.Kind == RowKind.Usage).Select(r => r.Cell.Cost!.Value));
        Assert.Equal([(CapacitySource.BestHour, 30m), (CapacitySource.None, 10m)], report.Total.CapacityCosts.All);
    }

    [Fact]
    public void More_work_than_capacity_carries_the_hour_and_no_more()
    {
        var activity = Active([Reported(0, 1, 8, FleetState.Serving, 10)]);

        var report = Ask(Books([Fleet("f", 10m, toHour: 1)]), [Used("a", "m", "f", 0, 1_000, 0)], basis: CostBasis.Usage, activity: activity);

        Assert.Equal([(RowKind.Usage, 10m)], report.Rows.Select(r => (r.Key.Kind, r.Cell.Cost!.Value)));
    }

    [Fact]
    public void A_quarter_without_a_report_has_the_capacity_of_the_others_and_is_told_as_unreported()
    {
        var activity = Active([Reported(0, 0.75, 8, FleetState.Serving, 750)]);

        var report = Ask(Books([Fleet("f", 10m, toHour: 1)]), [Used("a", "m", "f", 0, 500, 0)], basis: CostBasis.Usage, activity: activity);

        Assert.Equal([(RowKind.Usage, 5m), (RowKind.Idle, 5m)], report.Rows.Select(r => (r.Key.Kind, r.Cell.Cost!.Value)));
        Assert.Equal([(IdleCause.Headroom, 3.75m), (IdleCause.Unreported, 1.25m)], report.Total.IdleCosts.All);
    }

    [Fact]
    public void Of_an_hour_that_is_not_over_only_what_has_passed_could_be_reported()
    {
        var activity = Active([Reported(0, 0.5, 8, FleetState.Serving, 500)]);

        var report = Ask(
            Books([Fleet("f", 10m, toHour: 1)]), [Used("a", "m", "f", 0, 250, 0)], basis: CostBasis.Usage, activity: activity, now: Start.AddHours(0.5));

        Assert.Equal([(RowKind.Usage, 5m), (RowKind.Idle, 5m)], report.Rows.Select(r => (r.Key.Kind, r.Cell.Cost!.Value)));
        Assert.Equal([(IdleCause.Headroom, 5m)], report.Total.IdleCosts.All);
    }

    [Fact]
    public void Idle_time_is_split_by_what_the_accelerators_were_at()
    {
        var activity = Active(
        [
            Reported(0, 1, 3, FleetState.Serving), Reported(0, 1, 1, FleetState.Loaded), Reported(0, 1, 2, FleetState.WarmUp),
            Reported(0, 0.5, 2, FleetState.Draining), Reported(0, 1, 2, FleetState.Unplaced),
        ]);

        var idle = Ask(Books([Fleet("f", 9m, toHour: 1)]), [], activity: activity).Total;
        var worked = Ask(
            Books([Fleet("f", 9m, toHour: 1)], targets: [Target("f", "m", 1m)]), [Used("a", "m", "f", 0, 1_000, 0)], basis: CostBasis.Usage, activity: activity).Total;

        // Nine accelerator-hours, a unit each. The quarters without the drained ones divide what they cost over the eight that are left.
        Assert.Equal(9m, idle.IdleCosts.Sum);
        Assert.Equal(
            [(IdleCause.NoRequests, 4.05m), (IdleCause.Unplaced, 2.025m), (IdleCause.WarmUp, 2.025m), (IdleCause.Draining, 0.9m)], idle.IdleCosts.All);
        Assert.Equal([IdleCause.NoRequests, IdleCause.Headroom, IdleCause.Unplaced, IdleCause.WarmUp, IdleCause.Draining], worked.IdleCosts.All.Select(c => c.Kind));
        Assert.Equal(8.999m, worked.IdleCosts.Sum);
    }

    [Fact]
    public void What_is_committed_to_and_not_there_is_a_cause_of_its_own_and_the_size_says_who_did_not_report()
    {
        var book = new FleetBook(
            [], [new FleetSize(new FleetId("f"), Start, "h100", 6)],
            [new SetCostLine { Fleet = "f", Line = "reserved", Kind = CostLineKind.Committed, From = Start, To = Start.AddHours(1), Currency = "USD", Count = 8, PricePerAcceleratorHour = 1.25m }.Decide(Start)]);
        var books = new Books(new RateBook([]), book, new FinOps.Domain.Targets.TargetBook([]));

        var idle = Ask(books, [], activity: Active([Reported(0, 1, 4, FleetState.Serving)])).Total;

        Assert.Equal([(IdleCause.NoRequests, 5m), (IdleCause.UnusedCommitment, 2.5m), (IdleCause.Unreported, 2.5m)], idle.IdleCosts.All);
    }

    [Fact]
    public void A_tenant_carries_what_it_used_whoever_is_shown()
    {
        var activity = Active([Reported(0, 1, 8, FleetState.Serving, 1_000)]);
        UsageSlot[] usage = [Used("a", "m", "f", 0, 100, 0), Used("b", "m", "f", 0, 300, 0)];

        var report = Ask(Books([Fleet("f", 10m, toHour: 1)]), usage, tenants: ["a"], basis: CostBasis.Usage, activity: activity);

        Assert.Equal([(RowKind.Usage, 1m)], report.Rows.Select(r => (r.Key.Kind, r.Cell.Cost!.Value)));
    }

    [Fact]
    public void Ten_thousand_fleet_hours_balance_to_the_last_digit_in_both_bases_by_any_cut_and_cause()
    {
        var used = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 7], Gen.Long[0, 9_999], Gen.Long[0, 999]).Array[0, 12];
        var reports = Gen.Select(Gen.Int[0, 100], Gen.Int[1, 30], Gen.Int[0, 9], Gen.Int[0, 4], Gen.Int[-1, 90_000]).Array[0, 8];
        var cost = Gen.Long[0, 99_999_999_999].Select(c => c / 10_000_000_000m);
        // Two hours each.
        Check.Sample(Gen.Select(used, reports, cost, Gen.Bool, Gen.Int[1, 7]), (parts, told, perHour, hasTarget, cut) =>
        {
            UsageSlot[] usage =
            [
                .. parts.DistinctBy(p => (p.Item1, p.Item2, p.Item3)).Select(p => Used($"t{p.Item1}", $"m{p.Item2}", "f", p.Item3 / 4.0, p.Item4, p.Item5)),
            ];
            var books = Books([Fleet("f", perHour, fromHour: 0.25, toHour: 2)], targets: hasTarget ? [Target("f", "m0", 1.37m)] : []);
            var presence = told.Select(r => Reported(r.Item1 / 60.0, (r.Item1 + r.Item2) / 60.0, r.Item3, (FleetState)r.Item4, r.Item5 < 0 ? null : r.Item5));
            var activity = new FleetActivity(Active([.. presence]).Presence, Best(usage, 35 * 24));
            return new[] { CostBasis.Allocation, CostBasis.Usage }.All(basis =>
            {
                var whole = Ask(books, usage, [Dimension.Tenant, Dimension.QuarterHour], toHour: 2, basis: basis, activity: activity);
                var (left, right) = (Ask(books, usage, toHour: cut / 4.0, basis: basis, activity: activity), Ask(books, usage, fromHour: cut / 4.0, toHour: 2, basis: basis, activity: activity));
                var fleetCost = FleetHours.Within(books.Fleets, new FleetId("f"), new Window(Start, Start.AddHours(2)), Later).Sum(h => h.Cost.Cost.Amount);
                return whole.Rows.Sum(r => r.Cell.Cost ?? 0) == fleetCost
                    && whole.Rows.All(r => r.Cell.Cost is null or >= 0)
                    && whole.Rows.Where(r => r.Key.Kind == RowKind.Idle).All(r => r.Cell.IdleCosts.Sum == r.Cell.Cost && r.Cell.IdleCosts.All.All(c => c.Amount > 0))
                    && (left.Total.Cost ?? 0) + (right.Total.Cost ?? 0) == fleetCost;
            });
        }, iter: 5_000);
    }

    private static FleetReport Reported(double fromHour, double toHour, decimal count, FleetState state, decimal? capacity = null) =>
        new(new FleetId("f"), Start.AddHours(fromHour), Start.AddHours(toHour), "h100", count, state, capacity);

    private static FleetActivity Active(FleetReport[] reports) =>
        new(reports.GroupBy(r => r.Fleet).ToDictionary(g => g.Key, FleetPresence.Of), BestHours.None);

    private static BestHours Best(UsageSlot[] usage, int lookbackHours) => new(
        usage.GroupBy(u => u.Slot.Hour).OrderBy(g => g.Key).Select(g => (new FleetId("f"), g.Key, g.Select(u => u.Quantities).Aggregate((l, r) => l + r))), lookbackHours);

    private static IEnumerable<(string?, decimal)> Rows(UnitCostSummary report) => report.Rows.Select(r => (r.Key.Tenant, r.Cell.Cost!.Value));
}
