using FinOps.Domain.Reporting;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Reporting;

public sealed class ClassSharesTests
{
    [Fact]
    public void A_share_divides_over_classes_as_their_work_does()
    {
        var shares = ClassShares.Of(9m, Quantities.Of((UnitClass.UncachedInput, 100), (UnitClass.CacheRead, 1_000), (UnitClass.Output, 25), (UnitClass.Requests, 7)), WorkWeights.Declared1);

        // 100 × 1, 1,000 × 0.1 and 25 × 4: a third each.
        Assert.Equal((3m, 3m, 3m, 9m), (shares[UnitClass.UncachedInput.Ordinal], shares[UnitClass.CacheRead.Ordinal], shares[UnitClass.Output.Ordinal], shares.Sum()));
    }

    [Fact]
    public void Whatever_the_quantities_the_classes_sum_to_the_share_and_none_is_negative()
    {
        var random = new Random(11);
        for (var round = 0; round < 2_000; round++)
        {
            var quantities = Quantities.Of([.. UnitClass.All.Select(c => random.Next(3) == 0 ? 0L : random.NextInt64(1, 1_000_000_000))]);
            var share = random.NextInt64(0, 9_000_000_000_000) * 0.000000000001m;

            var shares = ClassShares.Of(share, quantities + Quantities.Of((UnitClass.Output, 1)), WorkWeights.Declared1);

            Assert.Equal(share, shares.Sum());
            Assert.All(shares, s => Assert.True(s >= 0));
        }
    }
}
