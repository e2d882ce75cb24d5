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

    [Theory]
    [InlineData("service_tier", "batch", ServiceTier.Batch)]
    [InlineData("service_tier", "FLEX", ServiceTier.Flex)]
    [InlineData("service.tier", "Priority", ServiceTier.Priority)]
    [InlineData("service_tier", "default", ServiceTier.Standard)]
    [InlineData("service_tier", "auto", ServiceTier.Standard)]
    [InlineData("service_tier", "", ServiceTier.Standard)]
    [InlineData("tier", "batch", ServiceTier.Standard)]
    public void A_calls_service_tier_is_what_its_tag_says_and_standard_otherwise(string key, string value, ServiceTier tier)
    {
        Assert.Equal(tier, ServiceTag.Of([new("a", "batch"), new(key, value)]));
        Assert.Equal(ServiceTier.Standard, ServiceTag.Of([]));
    }

    [Fact]
    public void The_tag_with_the_underscore_comes_first_wherever_it_stands()
    {
        Assert.Equal(ServiceTier.Flex, ServiceTag.Of([new("service.tier", "batch"), new("service_tier", "flex")]));
        Assert.Equal(ServiceTier.Flex, ServiceTag.Of([new("service_tier", "flex"), new("service.tier", "batch")]));
    }

    [Fact]
    public void Each_class_has_a_text_of_its_own()
    {
        var all = RateClass.ContextBoundaries.SelectMany(b => Enum.GetValues<ServiceTier>().Select(t => new RateClass(b, t))).ToList();

        Assert.Equal(all.Count, all.Select(c => c.Text).Distinct().Count());
        Assert.Equal(all, all.Select(c => RateClass.Parse(c.Text)));
        Assert.Equal(all.Select(c => c.Text.Length == 0 ? "standard" : c.Text), all.Select(c => c.Label));
        Assert.Throws<FormatException>(() => RateClass.Parse("33k"));
    }
}
