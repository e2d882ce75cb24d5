using FinOps.Domain.Pricing;

namespace FinOps.Domain.Tests.Pricing;

public sealed class RateClassTests
{
    [Theory]
    [InlineData(0, ServiceTier.Standard, "")]
    [InlineData(32_000, ServiceTier.Standard, "")]
    [InlineData(32_001, ServiceTier.Standard, "32k")]
    [InlineData(200_000, ServiceTier.Batch, "128k/batch")]
    [InlineData(200_001, ServiceTier.Batch, "200k/batch")]
    [InlineData(5, ServiceTier.Priority, "priority")]
    [InlineData(9_000_000_000, ServiceTier.Flex, "1000k/flex")]
    public void A_record_falls_above_the_boundary_that_it_exceeds(long input, ServiceTier tier, string text)
    {
        var of = RateClass.Of(input, tier);

        Assert.Equal(text, of.Text);
        Assert.Equal(of, RateClass.Parse(text));
    }

    [Fact]
    public void Each_class_has_a_text_of_its_own()
    {
        var all = RateClass.ContextBoundaries.SelectMany(b => Enum.GetValues<ServiceTier>().Select(t => new RateClass(b, t))).ToList();

        Assert.Equal(all.Count, all.Select(c => c.Text).Distinct().Count());
        Assert.Throws<FormatException>(() => RateClass.Parse("33k"));
    }
}
