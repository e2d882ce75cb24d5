using System.Reflection;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Metering;
using FinOps.Platform.Reservations;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace FinOps.Platform.Tests.Faults;

/// <summary>Grains decide one thing at a time. Two methods may interleave, by name, because they only add to a buffer.</summary>
public sealed class InterleavingTests(RunningHost host) : IClassFixture<RunningHost>
{
    private static readonly Assembly Platform = typeof(IMeterGrain).Assembly;
    private static readonly Type[] Interleaving = [typeof(AlwaysInterleaveAttribute), typeof(ReadOnlyAttribute)];

    private static IEnumerable<Type> Grains => Platform.GetTypes().Where(t => t.IsSubclassOf(typeof(Grain)));

    [Fact]
    [Trait("Reliability", "T18")]
    public void No_grain_is_reentrant()
    {
        Assert.NotEmpty(Grains);
        Assert.DoesNotContain(Grains, g => g.IsDefined(typeof(ReentrantAttribute), true) || g.IsDefined(typeof(MayInterleaveAttribute), true));
    }

    [Fact]
    [Trait("Reliability", "T18")]
    public void Only_the_intakes_of_meters_and_gates_interleave() => Assert.Equal(
        [$"{nameof(IGateGrain)}.{nameof(IGateGrain.AskAsync)}", $"{nameof(IMeterGrain)}.{nameof(IMeterGrain.RecordAsync)}"],
        Platform.GetTypes().Where(t => t.IsAssignableTo(typeof(IGrain)))
            .SelectMany(t => t.GetMethods().Where(m => Interleaving.Any(a => m.IsDefined(a, true))).Select(m => $"{t.Name}.{m.Name}")).Order(StringComparer.Ordinal));

    [Fact]
    [Trait("Reliability", "T18")]
    public void No_grain_calls_a_grain_so_there_is_no_cycle_of_calls()
    {
        foreach (var grain in Grains) Assert.False(Reaches(grain, []), $"{grain.Name} is given a way to call grains.");
        var calls = Grains.SelectMany(g => g.GetMethods(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(m => m.ReturnType.IsAssignableTo(typeof(IGrain)));
        Assert.Empty(calls);

        static bool Reaches(Type type, HashSet<Type> seen) => seen.Add(type) && type.GetConstructors()
            .SelectMany(c => c.GetParameters()).Select(p => p.ParameterType)
            .Any(p => p.IsAssignableTo(typeof(IGrainFactory)) || (p.Assembly == Platform && Reaches(p, seen)));
    }

    [Fact]
    [Trait("Reliability", "T18")]
    public async Task Ten_thousand_interleaved_pairs_of_calls_lose_no_update()
    {
        const int pairs = 10_000;
        var meter = new Meter(new TenantId("interleaved"), new ModelId("m"));
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IMeterGrain>(MeterKey.Of(meter));
        var calls = Enumerable.Range(0, pairs).SelectMany(i => new[] { grain.RecordAsync(Batch(meter, 2 * i)), grain.RecordAsync(Batch(meter, (2 * i) + 1)) });

        var outcomes = await Task.WhenAll(calls);

        Assert.All(outcomes, o => Assert.Equal([RecordOutcome.Accepted], o));
        var totals = await grain.TotalsAsync();
        Assert.Equal((2 * pairs, 2 * pairs), (totals.Records, totals.Quantities[UnitClass.Output]));
        Assert.Equal(2 * pairs, (await StoredUsage.OfAsync(host, "interleaved")).Count);
    }

    private static MeterBatch Batch(Meter meter, int id)
    {
        var record = new UsageRecord
        {
            Tenant = meter.Tenant,
            Model = meter.Model,
            Source = "s",
            Id = $"{id}",
            OccurredAt = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero),
            Quantities = Quantities.Of((UnitClass.Output, 1)),
        };
        return new MeterBatch("b", [new MeterRecord(record, RecordDigest.Of(record))]);
    }
}
