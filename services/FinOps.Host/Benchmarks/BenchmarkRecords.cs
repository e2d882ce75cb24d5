using FinOps.Contracts;

namespace FinOps.Host.Benchmarks;

/// <summary>
/// Records like those of a week of production, the same for the same run name. Shaped like a recorded week of 56 tenants: the largest has
/// near a quarter of all calls, the smaller ones come in bursts, and 100 records that follow each other are of about 16 meters.
/// </summary>
internal static class BenchmarkRecords
{
    public const int Tenants = 56;

    /// <summary>From the first record to the last.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromDays(7);

    public static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    // From this rank on a tenant calls in one hour of six only.
    private const int SteadyTenants = 8;
    private const int BurstEveryHours = 6;
    private const double Skew = 1.02;

    public static string Tenant(string run, int number) => $"bench-{run}-{number:00}";

    /// <param name="run">Names the tenants.</param>
    /// <param name="count">Spread over a week.</param>
    /// <param name="start">Of the week; <see cref="Start"/> unless given.</param>
    public static IEnumerable<UsageRecord> Of(string run, int count, DateTimeOffset? start = null)
    {
        var random = new Random(1);
        var sharesByHour = Enumerable.Range(0, BurstEveryHours).Select(Shares).ToArray();
        for (var i = 0; i < count; i++)
        {
            var occurredAt = (start ?? Start).AddMilliseconds((long)i * Span.TotalMilliseconds / count);
            var tenant = Pick(sharesByHour[occurredAt.Hour % BurstEveryHours], random.NextDouble());
            var model = random.Next(20) == 0 ? (tenant + 1) % 5 : tenant % 5;
            yield return new UsageRecord
            {
                Tenant = Tenant(run, tenant),
                Id = $"d{i:0000000}",
                Source = $"fleet-{tenant % 2 * 2}",
                Model = $"m-{model}",
                Fleet = $"fleet-{tenant % 2 * 2}",
                OccurredAt = occurredAt,
                Quantities = new Dictionary<string, long?>
                {
                    [UnitClasses.UncachedInput] = random.Next(1, 4_000),
                    [UnitClasses.Output] = random.Next(0, 900),
                },
                Tags = new Dictionary<string, string> { ["apiKey"] = $"m-{model}-k{tenant}" },
            };
        }
    }

    /// <returns>The tenants' shares of an hour's calls, summed up from the first; the last is 1.</returns>
    private static double[] Shares(int hour)
    {
        var weights = Enumerable.Range(0, Tenants)
            .Select(t => t < SteadyTenants || t % BurstEveryHours == hour ? Math.Pow(t + 1, -Skew) * (t < SteadyTenants ? 1 : BurstEveryHours) : 0)
            .ToArray();
        var sum = 0.0;
        return [.. weights.Select(w => sum += w / weights.Sum())];
    }

    private static int Pick(double[] shares, double at)
    {
        var found = Array.BinarySearch(shares, at);
        return Math.Min(found < 0 ? ~found : found + 1, Tenants - 1);
    }
}
