using CsCheck;

namespace FinOps.Domain.Tests.Reservations;

/// <summary>The bound of docs/reservations.md, over random interleavings with crashes.</summary>
public sealed class OvershootProperties
{
    private const int Calls = 12;
    private const decimal Limit = 100;

    private static readonly Gen<int> Number = Gen.Int[0, Calls - 1];

    private static readonly Gen<Action<GateWorld>> Step = Gen.Frequency(
        (8, Gen.Select(Number, Gen.Int[1, 40], Gen.Int[1, 120], Gen.Bool).Select<(int N, int E, int S, bool R), Action<GateWorld>>(x => w => w.Reserve(x.N, x.E, x.S, x.R))),
        (5, Gen.Select(Number, Gen.Int[0, 60]).Select<(int N, int A), Action<GateWorld>>(x => w => w.Happens(x.N, x.A))),
        (5, Gen.Select(Number, Gen.Bool).Select<(int N, bool R), Action<GateWorld>>(x => w => w.Commit(x.N, x.R))),
        (2, Gen.Select(Number, Gen.Bool).Select<(int N, bool A), Action<GateWorld>>(x => w => w.Release(x.N, x.A))),
        (5, Number.Select<int, Action<GateWorld>>(n => w => w.RecordArrives(n))),
        (1, Gen.Int[1, 20].Select<int, Action<GateWorld>>(cost => w => w.Unreserved(cost))),
        (3, Gen.Int[0, 400].Select<int, Action<GateWorld>>(seconds => w => w.PassTime(seconds))),
        (2, Gen.Const<Action<GateWorld>>(w => w.ReadBooks())),
        (1, Gen.Const<Action<GateWorld>>(w => w.Crash())));

    [Fact]
    public void However_calls_commits_records_time_and_crashes_interleave_spend_stays_within_the_bound_and_nobody_under_budget_is_refused()
    {
        var (grants, refusals) = (0, 0);
        Step.Array[1, 80].Sample(
            steps =>
            {
                var world = new GateWorld(Limit);
                foreach (var step in steps) step(world);
                world.AssertWithinBound();
                Interlocked.Add(ref grants, world.Grants);
                Interlocked.Add(ref refusals, world.Refusals);
            },
            iter: 3_000);
        Assert.True(grants > 1_000 && refusals > 200, $"{grants} grants and {refusals} refusals try too little");
    }

    [Fact]
    public void Where_every_call_is_reserved_names_its_record_and_commits_in_time_spend_exceeds_the_limit_by_the_excess_over_estimates_only() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 60], Gen.Int[0, 3]).Array[1, 60].Sample(calls =>
        {
            var world = new GateWorld(Limit);
            var excess = 0m;
            var spent = 0m;
            for (var n = 0; n < calls.Length; n++)
            {
                var (estimate, actual, lateness) = calls[n];
                var grants = world.Grants;
                world.Reserve(n, estimate, 60, namesRecord: true);
                if (world.Grants == grants) continue;
                world.Happens(n, actual);
                world.Commit(n, namesRecord: true);
                spent += actual;
                excess = Math.Max(0, actual - estimate);
                // Records come late and out of order; between, a silo dies.
                if (n >= lateness) world.RecordArrives(n - lateness);
                if (lateness == 3) world.Crash();
            }

            Assert.True(spent <= Limit + excess, $"{spent} spent, the last call cost {excess} more than was thought");
        });
}
