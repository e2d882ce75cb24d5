using FinOps.Chaos.Platform;
using FinOps.Contracts;
using FinOps.Host.Publishing;
using FinOps.Host.Publishing.Formats;

namespace FinOps.Chaos.Load;

/// <summary>What must come out when the first arrival of an identity wins.</summary>
internal sealed record FirstArrivalWins(long Counted, long Duplicates, long Conflicts, long Input, long Output);

/// <summary>The hostile delivery schedule <c>servegen_deliveries</c>, in another order.</summary>
internal static class Deliveries
{
    /// <param name="oneOf">Takes the deliveries of about one identity in so many; 1 takes all.</param>
    /// <returns>Null where the machine has no recorded traces.</returns>
    public static List<UsageRecord>? Read(int oneOf)
    {
        if (Repository.Trace("servegen_deliveries.csv.gz") is not { } trace) return null;
        var file = new TraceFile(trace, new TraceOptions());
        // By the id alone, so that ids which tenants or sources share stay together.
        return [.. ServeGenDeliveries.Format.Read(file).Where(r => LanedPublisher.LaneOf("", "", r.Id, oneOf) == 0)];
    }

    /// <returns>The same deliveries in an order that the seed decides, under tenants of their own.</returns>
    public static List<UsageRecord> Shuffled(IReadOnlyList<UsageRecord> deliveries, int seed)
    {
        var shuffled = deliveries.Select(r => r with { Tenant = $"seed{seed}-{r.Tenant}" }).ToArray();
        new Random(seed).Shuffle(shuffled);
        return [.. shuffled];
    }

    /// <summary>The rule of the data's own description, applied to an order of arrival with nothing of the platform in it.</summary>
    public static FirstArrivalWins Recompute(IEnumerable<UsageRecord> arrivals)
    {
        var firsts = new Dictionary<(string, string?, string), string>();
        var (duplicates, conflicts, input, output) = (0L, 0L, 0L, 0L);
        foreach (var record in arrivals)
        {
            var content = $"{record.OccurredAt.UtcTicks} {record.Model} {Of(record, UnitClasses.InputTotal)} {Of(record, UnitClasses.OutputTotal)} "
                + $"{Of(record, UnitClasses.Reasoning)} {Of(record, UnitClasses.Image)} {record.Status ?? "ok"}";
            if (firsts.TryAdd((record.Tenant, record.Source, record.Id), content))
            {
                input += Of(record, UnitClasses.InputTotal);
                output += Of(record, UnitClasses.OutputTotal);
            }
            else if (firsts[(record.Tenant, record.Source, record.Id)] == content) duplicates++;
            else conflicts++;
        }

        return new FirstArrivalWins(firsts.Count, duplicates, conflicts, input, output);
    }

    private static long Of(UsageRecord record, string quantity) => record.Quantities.GetValueOrDefault(quantity) ?? 0;
}
