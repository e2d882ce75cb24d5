namespace FinOps.Simulation;

/// <summary>The test of the test: with a defect put in, some seed of a hundred must fail.</summary>
public sealed class MutationTests
{
    private const int Seeds = 100;

    public static TheoryData<string> Mutations => [.. Enum.GetNames<Mutation>().Where(m => m != nameof(Mutation.None))];

    [Theory]
    [Trait("Reliability", "T8")]
    [MemberData(nameof(Mutations))]
    public void A_defect_put_in_is_found_within_a_hundred_seeds(string mutation)
    {
        var defect = Enum.Parse<Mutation>(mutation);

        Assert.Contains(Enumerable.Range(1, Seeds), seed => !Simulation.Run(seed, SeedsTests.Records, defect).Holds);
    }
}
