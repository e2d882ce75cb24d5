using CsCheck;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Values;

public sealed class LargestRemainderTests
{
    [Fact]
    public void Shares_sum_to_the_whole_and_none_is_negative_or_more_than_a_unit_off() =>
        Gen.Select(Gen.Long[0, 10_000_000_000_000_000], Gen.Long[0, 1_000_000_000].Array[1, 50]).Sample((units, numbers) =>
        {
            if (numbers.Sum() == 0) numbers[0] = 1;
            var whole = units * 0.000000000001m;
            var weights = numbers.Select(n => (decimal)n).ToArray();

            var shares = LargestRemainder.Split(whole, weights);

            Assert.Equal(whole, shares.Sum());
            for (var i = 0; i < shares.Length; i++)
            {
                Assert.True(shares[i] >= 0);
                Assert.True(Math.Abs(shares[i] - whole * (weights[i] / weights.Sum())) <= 0.000000000001m);
                if (weights[i] == 0) Assert.Equal(0, shares[i]);
            }
        }, iter: 10_000);

    [Fact]
    public void What_flooring_leaves_goes_to_the_largest_remainders_and_ties_to_the_earlier() =>
        Assert.Equal([0.34m, 0.33m, 0.33m], LargestRemainder.Split(1m, [1m, 1m, 1m], decimals: 2));

    [Fact]
    public void Six_cents_over_ten_give_no_negative_share() =>
        Assert.Equal([0.01m, 0.01m, 0.01m, 0.01m, 0.01m, 0.01m, 0m, 0m, 0m, 0m], LargestRemainder.Split(0.06m, [.. Enumerable.Repeat(1m, 10)], 2));
}

public sealed class QuarterHourTests
{
    [Fact]
    public void An_instant_on_a_boundary_belongs_to_the_slice_that_starts_there()
    {
        var midnight = new DateTimeOffset(2026, 3, 9, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal(midnight, QuarterHour.Holding(midnight).Start);
        Assert.Equal(midnight.AddMinutes(-15), QuarterHour.Holding(midnight.AddTicks(-1)).Start);
    }

    [Fact]
    public void Slices_before_1970_lie_as_those_after()
    {
        var instant = new DateTimeOffset(1969, 12, 31, 23, 50, 0, TimeSpan.Zero);

        Assert.Equal(new DateTimeOffset(1969, 12, 31, 23, 45, 0, TimeSpan.Zero), QuarterHour.Holding(instant).Start);
        Assert.Equal(-1, QuarterHour.Holding(instant).Hour);
    }

    [Fact]
    public void A_window_off_a_boundary_is_refused_with_the_nearest()
    {
        var from = new DateTimeOffset(2026, 3, 2, 0, 10, 0, TimeSpan.Zero);

        var refused = Assert.Throws<RejectedException>(() => new Window(from, from.AddHours(1)));

        Assert.Contains("2026-03-02T00:15:00Z", refused.Message, StringComparison.Ordinal);
        Assert.Equal("from", refused.Rejections.Single().Field);
    }
}

public sealed class MoneyTests
{
    [Fact]
    public void The_smallest_catalogue_rate_times_one_token_is_not_zero() =>
        Assert.Equal(0.00000000013m, new Rate(0.00000000013m, Currency.Usd).For(1).Amount);

    [Fact]
    public void Currencies_do_not_mix() =>
        Assert.Throws<InvariantViolatedException>(() => new Money(1, Currency.Usd) + new Money(1, new Currency("EUR")));

    [Fact]
    public void The_domain_knows_nothing_but_the_platform_it_runs_on() =>
        Assert.All(typeof(Money).Assembly.GetReferencedAssemblies(), a => Assert.StartsWith("System", a.Name, StringComparison.Ordinal));
}
