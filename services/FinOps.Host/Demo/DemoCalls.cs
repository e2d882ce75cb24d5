using System.Globalization;
using FinOps.Contracts;

namespace FinOps.Host.Demo;

/// <summary>
/// The calls of any second of the demo: a pure function of seed, rate and second, so that a demo that starts again sends what it sent
/// before, and the platform finds duplicates.
/// </summary>
internal sealed class DemoCalls(int seed, int recordsPerSecond)
{
    private const int BurstSeconds = 300;
    private const double BurstChance = 0.04;
    private const double BurstFactor = 4;
    private const double FailedShare = 0.015;
    private const double ResentShare = 0.01;
    private const int CacheBlockTokens = 64;

    // Which run of the generator an id comes from: other seeds and rates make other calls in the same second.
    private readonly string run = $"demo{seed}x{recordsPerSecond}";

    /// <summary>What is sent in a second: its calls, and some of the second before once more, as if their answer was lost.</summary>
    public IEnumerable<UsageRecord> Sent(long unixSecond) =>
        Calls(unixSecond - 1).Where(call => call.IsResent).Concat(Calls(unixSecond)).Select(call => call.Record);

    private List<(UsageRecord Record, bool IsResent)> Calls(long unixSecond)
    {
        var random = RandomOf(unixSecond, "calls");
        var calls = new List<(UsageRecord, bool)>();
        foreach (var tenant in DemoWorld.Tenants)
        {
            var count = Arrivals(random, recordsPerSecond * tenant.Share * Rhythm(tenant, unixSecond) * Burst(tenant, unixSecond));
            for (var i = 0; i < count; i++) calls.Add((Call(random, tenant, unixSecond, calls.Count), random.NextDouble() < ResentShare));
        }

        return calls;
    }

    private UsageRecord Call(Random random, DemoTenant tenant, long unixSecond, int number)
    {
        var model = Pick(random, tenant.Mix);
        var isFailed = random.NextDouble() < FailedShare;
        return new UsageRecord
        {
            Tenant = tenant.Name,
            Id = string.Create(CultureInfo.InvariantCulture, $"{run}-{unixSecond}-{number}"),
            Source = $"{model.Fleet}-{model.Name}-{random.Next(model.Replicas)}",
            Model = model.Name,
            Fleet = model.Fleet,
            OccurredAt = DateTimeOffset.FromUnixTimeSeconds(unixSecond).AddTicks(random.Next((int)TimeSpan.TicksPerSecond)),
            Quantities = Quantities(random, model, isFailed),
            Status = isFailed ? "failed" : null,
            Tags = new Dictionary<string, string> { ["apiKey"] = $"{tenant.Name}-key-{random.Next(tenant.ApiKeys) + 1}" },
        };
    }

    private static Dictionary<string, long?> Quantities(Random random, DemoModel model, bool isFailed)
    {
        var input = Tokens(random, model.InputMedian);
        var quantities = new Dictionary<string, long?>();
        if (random.NextDouble() < model.ImageShare) quantities[UnitClasses.Image] = 256L * (1 + random.Next(4));
        if (random.NextDouble() < model.CachedShare)
        {
            var cached = (long)(input * (0.6 + (0.35 * random.NextDouble()))) / CacheBlockTokens * CacheBlockTokens;
            if (cached > 0) quantities[UnitClasses.CacheRead] = cached;
            input -= cached;
        }

        quantities[UnitClasses.UncachedInput] = input;
        var output = isFailed ? 0 : Tokens(random, model.OutputMedian);
        var reasoning = (long)(output * model.ReasoningShare);
        quantities[UnitClasses.Output] = output - reasoning;
        if (reasoning > 0) quantities[UnitClasses.Reasoning] = reasoning;
        return quantities;
    }

    private static DemoModel Pick(Random random, IReadOnlyList<(DemoModel Model, double Weight)> mix)
    {
        var point = random.NextDouble();
        foreach (var (model, weight) in mix)
        {
            if ((point -= weight) < 0) return model;
        }

        return mix[^1].Model;
    }

    /// <summary>The day's curve; its mean is 1.</summary>
    private static double Rhythm(DemoTenant tenant, long unixSecond)
    {
        var hour = unixSecond % 86_400 / 3600.0;
        return 1 + (tenant.Swing * Math.Cos((hour - tenant.PeakHourUtc) * Math.PI / 12));
    }

    /// <summary>Now and then a tenant calls four times as often for five minutes; the mean stays 1.</summary>
    private double Burst(DemoTenant tenant, long unixSecond)
    {
        var isBurst = RandomOf(unixSecond / BurstSeconds, tenant.Name).NextDouble() < BurstChance;
        return (isBurst ? BurstFactor : 1) / (1 + (BurstChance * (BurstFactor - 1)));
    }

    private static int Arrivals(Random random, double mean)
    {
        // Poisson; by multiplication while that is quick, else by its normal limit.
        if (mean > 30) return (int)Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Gauss(random))));
        var (count, product, floor) = (0, random.NextDouble(), Math.Exp(-mean));
        for (; product > floor; count++) product *= random.NextDouble();
        return count;
    }

    private static long Tokens(Random random, int median) => Math.Clamp((long)(median * Math.Exp(0.8 * Gauss(random))), 1, 32L * median);

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private Random RandomOf(long number, string purpose)
    {
        unchecked
        {
            var hash = 14695981039346656037UL ^ (ulong)seed;
            foreach (var letter in purpose) hash = (hash ^ letter) * 1099511628211;
            hash = (hash ^ (ulong)number) * 0x9E3779B97F4A7C15;
            hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93;
            return new Random((int)(hash >> 33));
        }
    }
}
