using System.Runtime.InteropServices;
using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>
/// Adds stored records to changes of buckets column by column, without unpacking them: a replay spends its time on reading. The same sums as
/// <see cref="BucketChange.Add(Dictionary{BucketKey, BucketChange}, UsageRecord, int)"/> for each of <see cref="UsageRecorded.Unpack"/>.
/// </summary>
internal static class ColumnFold
{
    /// <summary>Counts before the classes: records, incomplete, failed.</summary>
    private const int Counts = 3;

    public static void Add(Dictionary<BucketKey, BucketChange> changes, UsageRecorded stored, int sign)
    {
        var (places, cells) = Place(stored);
        foreach (var (name, column) in stored.Quantities)
        {
            var at = Counts + (UnitClass.Find(name)?.Ordinal ?? throw new InvalidOperationException($"Stored class '{name}' is unknown."));
            var values = Span(column);
            Invariant.Require(values.Length == places.Length, "a stored column has one number per record");
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i] < 0) throw new InvariantViolatedException("a quantity is not negative");
                cells[places[i]].Sums[at] += values[i];
            }
        }

        var (tenant, model) = (new TenantId(stored.Tenant), new ModelId(stored.Model));
        foreach (var (fleet, slot, sums) in cells)
        {
            var key = new BucketKey(tenant, model, stored.Fleets[fleet] ?? "", new QuarterHour(slot));
            ref var change = ref CollectionsMarshal.GetValueRefOrAddDefault(changes, key, out _);
            (change ??= new BucketChange()).Add(sums, sign);
        }
    }

    /// <returns>For each record the number of its cell, and the cells with their records counted.</returns>
    private static (int[] Places, List<(int Fleet, int Slot, long[] Sums)> Cells) Place(UsageRecorded stored)
    {
        var places = new int[stored.Ids.Count];
        var cells = new List<(int Fleet, int Slot, long[] Sums)>();
        var known = new Dictionary<(int Fleet, int Slot), int>();
        var ticks = Span(stored.TicksAfterFirst);
        Invariant.Require(ticks.Length == places.Length, "a stored event has one instant per record");
        var missing = stored.Missing is null ? null : Columns.MissingMasks(stored.Missing, places.Length);
        var failed = stored.Failed?.ToHashSet();
        var last = (Fleet: -1, Slot: 0, Cell: 0);
        for (var i = 0; i < places.Length; i++)
        {
            var fleet = stored.Fleet?[i] ?? 0;
            var slot = QuarterHour.Holding(new DateTimeOffset(stored.FirstTicks + ticks[i], TimeSpan.Zero)).Index;
            if (last.Fleet != fleet || last.Slot != slot)
            {
                ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(known, (fleet, slot), out var isThere);
                if (!isThere)
                {
                    cell = cells.Count;
                    cells.Add((fleet, slot, new long[Counts + UnitClass.All.Count]));
                }

                last = (fleet, slot, cell);
            }

            var sums = cells[last.Cell].Sums;
            sums[0]++;
            if (missing is not null && missing[i] != 0) sums[1]++;
            if (failed is not null && failed.Contains(i)) sums[2]++;
            places[i] = last.Cell;
        }

        return (places, cells);
    }

    private static ReadOnlySpan<long> Span(IReadOnlyList<long> column) => column switch
    {
        long[] array => array,
        List<long> list => CollectionsMarshal.AsSpan(list),
        _ => column.ToArray(),
    };
}
