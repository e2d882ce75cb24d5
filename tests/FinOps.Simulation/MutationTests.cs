namespace FinOps.Simulation;

/// <summary>The test of the test: with a defect put in, some seed of a hundred must fail.</summary>
public sealed class MutationTests
{
    private const int Seeds = 100;

    /// <summary>Two activations must start one stream within milliseconds: some seed of a few dozen to a few hundred.</summary>
    private const int SeedsForARareRace = 400;

    public static TheoryData<string> Mutations => [.. Enum.GetNames<Mutation>().Where(m => m != nameof(Mutation.None))];

    [Theory]
    [Trait("Reliability", "T8")]
    [MemberData(nameof(Mutations))]
    public void A_defect_put_in_is_found(string mutation)
    {
        var defect = Enum.Parse<Mutation>(mutation);
        var seeds = defect == Mutation.AppendToWhateverIsThere ? SeedsForARareRace : Seeds;

        Assert.Contains(Enumerable.Range(1, seeds), seed => !Simulation.Run(seed, SeedsTests.Records, defect).Holds);
    }
}
