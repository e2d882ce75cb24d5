using FinOps.Contracts;

namespace FinOps.Host.Benchmarks;

/// <summary>Records like those of a week of production: 56 tenants of very different size, 5 models, 2 fleets; the same for the same run name.</summary>
internal static class BenchmarkRecords
{
    public const int Tenants = 56;

    public static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private const int Models = 5;

    public static string Tenant(string run, int number) => $"bench-{run}-{number:00}";

    public static IEnumerable<UsageRecord> Of(string run, int count)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            // The square puts a quarter of all calls on the first few tenants.
            var share = random.NextDouble();
            var tenant = (int)(share * share * Tenants);
            var model = tenant % 2 == 0 ? random.Next(Models) : tenant % Models;
            yield return new UsageRecord
            {
                Tenant = Tenant(run, tenant),
                Id = $"d{i:0000000}",
                Source = $"fleet-{tenant % 2 * 2}",
                Model = $"m-{model}",
                Fleet = $"fleet-{tenant % 2 * 2}",
                OccurredAt = Start.AddMilliseconds((long)i * TimeSpan.FromDays(7).TotalMilliseconds / count),
                Quantities = new Dictionary<string, long?>
                {
                    [UnitClasses.UncachedInput] = random.Next(1, 4_000),
                    [UnitClasses.Output] = random.Next(0, 900),
                },
                Tags = new Dictionary<string, string> { ["apiKey"] = $"m-{model}-k{tenant}" },
            };
        }
    }
}
