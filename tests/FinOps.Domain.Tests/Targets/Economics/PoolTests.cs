using CsCheck;
using FinOps.Domain.Targets.Economics;

namespace FinOps.Domain.Tests.Targets.Economics;

/// <summary>How busy pools may be, alone and together.</summary>
public sealed class PoolTests
{
    private const double Level = 0.05;

    [Theory]
    [InlineData(8, 48)]
    [InlineData(10, 53)]
    [InlineData(32, 72)]
    [InlineData(100, 83)]
    [InlineData(1_000, 95)]
    public void The_larger_a_pool_the_busier_it_may_be(int servers, int percent) =>
        Assert.Equal(percent, Math.Round(100 * ErlangC.MostUtilisation(servers, Level)));

    [Fact]
    public void Waiting_is_what_tables_of_Erlang_say()
    {
        // One server: the chance to wait is the load. Two: 2ρ²/(1 + ρ).
        Assert.Equal(0.6, ErlangC.Waiting(1, 0.6), 12);
        Assert.Equal(2 * 0.25 / 1.5, ErlangC.Waiting(2, 1.0), 12);
        // Erlang B of 10 servers and 5 erlangs is 0.0184, C is 0.0361.
        Assert.Equal(0.0184, ErlangC.Lost(10, 5), 4);
        Assert.Equal(0.0361, ErlangC.Waiting(10, 5), 4);
        Assert.Equal(1, ErlangC.Waiting(4, 4));
    }

    [Fact]
    public void The_fewest_servers_keep_the_level_and_one_less_does_not() =>
        Gen.Select(Gen.Double[0.01, 300], Gen.Double[0.001, 0.5]).Sample((offered, level) =>
        {
            var servers = ErlangC.FewestServers(offered, level);

            Assert.True(ErlangC.Waiting(servers, offered) <= level);
            Assert.True(servers == 1 || ErlangC.Waiting(servers - 1, offered) > level);
        });

    [Fact]
    public void More_servers_never_wait_more_and_more_load_never_less() =>
        Gen.Select(Gen.Int[1, 200], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((servers, one, other) =>
        {
            var (less, more) = (Math.Min(one, other) * servers, Math.Max(one, other) * servers);

            Assert.True(ErlangC.Waiting(servers, less) <= ErlangC.Waiting(servers, more) + 1e-12);
            Assert.True(ErlangC.Waiting(servers + 1, more) <= ErlangC.Waiting(servers, more) + 1e-12);
            Assert.InRange(ErlangC.Lost(servers, more), 0, ErlangC.Waiting(servers, more) + 1e-12);
        });

    [Fact]
    public void A_pool_for_all_never_needs_more_than_pools_of_their_own() =>
        Gen.Select(Gen.Double[0.1, 40].Array[1, 12], Gen.Double[1, 2], Gen.Int[0, 23].Array[12], Gen.Double[0.01, 0.3]).Sample((means, peak, shifts, level) =>
        {
            var sites = means.Select((m, i) => DayProfile.Wave(m, peak).Shifted(shifts[i])).ToList();
            var (central, edge) = (PoolSites.Central(sites, level), PoolSites.Edge(sites, level));

            Assert.True(central.Servers <= edge.Servers);
            Assert.Equal(central.Busy, edge.Busy, 6);
            Assert.InRange(central.Utilisation, edge.Utilisation, 1);
            Assert.InRange(PoolSites.Saving(sites, level), 0, 1);
        });

    [Fact]
    public void A_hundred_sites_of_their_own_are_half_idle_where_one_pool_is_nearly_full()
    {
        // 100 sites with as much demand as ten servers each may carry.
        var sites = Enumerable.Repeat(DayProfile.Flat(10 * ErlangC.MostUtilisation(10, Level)), 100).ToList();
        var (central, edge, hybrid) = (PoolSites.Central(sites, Level), PoolSites.Edge(sites, Level), PoolSites.Hybrid(sites, 0.8, Level));

        Assert.Equal(0.53, edge.Utilisation, 2);
        Assert.InRange(central.Utilisation, 0.90, 0.96);
        Assert.InRange(hybrid.Servers, central.Servers, edge.Servers);
    }

    [Fact]
    public void A_hybrid_without_a_base_is_the_centre() =>
        Gen.Double[0.5, 30].Array[1, 10].Sample(means =>
        {
            var sites = means.Select(DayProfile.Flat).ToList();

            Assert.Equal(PoolSites.Central(sites, Level).Servers, PoolSites.Hybrid(sites, 0, Level).Servers, 6);
        });

    [Fact]
    public void Peaks_of_different_hours_do_not_add_up()
    {
        var day = DayProfile.Wave(100, 2);
        var around = Enumerable.Range(0, 24).Select(day.Shifted).ToList();

        Assert.Equal(200, day.Peak, 6);
        Assert.Equal(2_400, DayProfile.Sum(around).Peak, 6);
        Assert.Equal(day.Hourly[14], day.Shifted(3).Hourly[17]);
        Assert.True(PoolSites.Saving(around, Level) > 0.45);
    }

    [Fact]
    public void Servers_that_come_and_go_are_fuller_than_those_of_the_peak() =>
        Gen.Select(Gen.Double[1, 100], Gen.Double[1, 2]).Sample((mean, peak) =>
        {
            var day = DayProfile.Wave(mean, peak);
            var (kept, scaled) = (ProvisionServers.Fixed(day, Level), ProvisionServers.Scaled(day, Level));

            Assert.True(scaled.Servers <= kept.Servers);
            Assert.InRange(scaled.Utilisation, kept.Utilisation, 1);
            Assert.Equal(kept.Hourly.Max(), scaled.Hourly.Max());
        });

    [Fact]
    public void Instances_of_their_own_cost_small_groups_most()
    {
        var few = DedicatedPools.Of([.. Enumerable.Repeat(DayProfile.Flat(0.2), 20)], Level, leastPerGroup: 2);
        var large = DedicatedPools.Of([.. Enumerable.Repeat(DayProfile.Flat(50), 20)], Level, leastPerGroup: 2);

        // 20 × 0.2 = 4 erlangs: with 8 servers 5.9 % would wait, with 9 it is 2.4 %.
        Assert.Equal((40, 9), (few.Dedicated.Servers, few.Pooled.Servers));
        Assert.Equal(40.0 / 9, few.CostRatio, 12);
        Assert.InRange(large.CostRatio, 1, 1.25);
    }

    [Fact]
    public void A_day_without_demand_needs_nothing_and_uses_nothing()
    {
        var nothing = ProvisionServers.Fixed(DayProfile.Flat(0), Level);

        Assert.Equal((0, 0), (nothing.Servers, nothing.Utilisation));
        Assert.Throws<ArgumentException>(() => new DayProfile([1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => DayProfile.Wave(1, 3));
    }
}
