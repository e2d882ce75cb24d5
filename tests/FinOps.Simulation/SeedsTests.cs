namespace FinOps.Simulation;

/// <summary>A small number of seeds for each change; <c>infra/simulate</c> runs ten thousand by night.</summary>
public sealed class SeedsTests(SeedsTests.Seeds seeds) : IClassFixture<SeedsTests.Seeds>
{
    public const int Number = 200;

    public const int Records = 1_000;

    [Fact]
    [Trait("Reliability", "T8")]
    public void Nothing_is_lost_or_counted_twice_whatever_goes_wrong() =>
        Assert.True(seeds.Failed.Count == 0, string.Join('\n', seeds.Failed.Select(SimulateCommand.Explain)));

    [Fact]
    [Trait("Reliability", "T8")]
    public void Every_kind_of_fault_occurs()
    {
        var missing = Faults.Kinds.Where(f => seeds.Summary.Occurred[(int)f] == 0).ToList();

        Assert.True(missing.Count == 0, $"never occurred in {Number} seeds: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Every_verdict_is_told() => Assert.All(seeds.Summary.Told, told => Assert.True(told > 1_000, $"{told}"));

    [Fact]
    public void A_seed_runs_the_same_way_each_time()
    {
        var (first, again, other) = (Simulation.Run(7, Records), Simulation.Run(7, Records), Simulation.Run(8, Records));

        Assert.Equal(first.TraceHash, again.TraceHash);
        Assert.Equal(first.Occurred, again.Occurred);
        Assert.NotEqual(first.TraceHash, other.TraceHash);
    }

    /// <summary>Run once for all tests of the class.</summary>
    public sealed class Seeds
    {
        public Seeds()
        {
            for (var seed = 1; seed <= Number; seed++)
            {
                var outcome = Simulation.Run(seed, Records);
                Summary.Add(outcome);
                if (!outcome.Holds) Failed.Add(outcome);
            }
        }

        internal Summary Summary { get; } = new();

        internal List<Outcome> Failed { get; } = [];
    }
}
