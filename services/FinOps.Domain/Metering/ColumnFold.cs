using System.Runtime.InteropServices;
using FinOps.Domain.Pricing;
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
        var kinds = Kinds(stored);
        var (places, cells) = PlacesOf(stored, kinds);
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
        foreach (var (at, sums) in cells)
        {
            var (tier, tags) = kinds.All[at.Kind];
            var key = new BucketKey(
                tenant, model, stored.Fleets[at.Fleet] ?? "", new QuarterHour(at.Slot), new RateClass(at.ContextAbove, tier), tags);
            ref var change = ref CollectionsMarshal.GetValueRefOrAddDefault(changes, key, out _);
            (change ??= new BucketChange()).Add(sums, sign);
        }
    }

    /// <summary>What tags make of records: fewer kinds than there are tag sets, since many differ in what no bucket is kept by.</summary>
    /// <returns>The kind of each tag set, and the kinds.</returns>
    private static (int[] Of, List<(ServiceTier Tier, string Tags)> All) Kinds(UsageRecorded stored)
    {
        if (stored.TagSets is null) return ([0], [(ServiceTier.Standard, "")]);
        var all = new List<(ServiceTier, string)>();
        var known = new Dictionary<(ServiceTier, string), int>();
        var of = new int[stored.TagSets.Count];
        for (var i = 0; i < of.Length; i++)
        {
            var tags = Columns.Sorted(stored.TagSets[i]);
            var kind = (ServiceTag.Of(tags), TagSet.Of(tags));
            if (!known.TryGetValue(kind, out of[i]))
            {
                known[kind] = of[i] = all.Count;
                all.Add(kind);
            }
        }

        return (of, all);
    }

    /// <returns>Input tokens of each record; null where all are short.</returns>
    private static long[]? LongInputs(UsageRecorded stored)
    {
        var inputs = new long[stored.Ids.Count];
        foreach (var (name, column) in stored.Quantities)
        {
            if (UnitClass.Find(name) is not { Side: UnitSide.Input }) continue;
            var values = Span(column);
            Invariant.Require(values.Length == inputs.Length, "a stored column has one number per record");
            for (var i = 0; i < values.Length; i++) inputs[i] += values[i];
        }

        return RateClass.ContextAbove(inputs.Max()) == 0 ? null : inputs;
    }

    /// <returns>For each record the number of its cell, and the cells with their records counted.</returns>
    private static (int[] Places, List<(Place At, long[] Sums)> Cells) PlacesOf(
        UsageRecorded stored, (int[] Of, List<(ServiceTier Tier, string Tags)> All) kinds)
    {
        var places = new int[stored.Ids.Count];
        var cells = new List<(Place At, long[] Sums)>();
        var known = new Dictionary<Place, int>();
        var ticks = Span(stored.TicksAfterFirst);
        Invariant.Require(ticks.Length == places.Length, "a stored event has one instant per record");
        var missing = stored.Missing is null ? null : Columns.MissingMasks(stored.Missing, places.Length);
        var failed = stored.Failed?.ToHashSet();
        var inputs = LongInputs(stored);
        var (last, cell) = (new Place(-1, 0, 0, 0), 0);
        for (var i = 0; i < places.Length; i++)
        {
            var at = new Place(
                stored.Fleet?[i] ?? 0, QuarterHour.Holding(new DateTimeOffset(stored.FirstTicks + ticks[i], TimeSpan.Zero)).Index,
                kinds.Of[stored.TagSet?[i] ?? 0], inputs is null ? 0 : RateClass.ContextAbove(inputs[i]));
            if (at != last)
            {
                ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(known, at, out var isThere);
                if (!isThere)
                {
                    number = cells.Count;
                    cells.Add((at, new long[Counts + UnitClass.All.Count]));
                }

                (last, cell) = (at, number);
            }

            var sums = cells[cell].Sums;
            sums[0]++;
            if (missing is not null && missing[i] != 0) sums[1]++;
            if (failed is not null && failed.Contains(i)) sums[2]++;
            places[i] = cell;
        }

        return (places, cells);
    }

    private static ReadOnlySpan<long> Span(IReadOnlyList<long> column) => column switch
    {
        long[] array => array,
        List<long> list => CollectionsMarshal.AsSpan(list),
        _ => column.ToArray(),
    };

    /// <summary>A cell, by numbers.</summary>
    /// <param name="Fleet">Of the stored event's fleets.</param>
    /// <param name="Slot">The quarter-hour.</param>
    /// <param name="Kind">Of its kinds.</param>
    /// <param name="ContextAbove">The context band.</param>
    private readonly record struct Place(int Fleet, int Slot, int Kind, int ContextAbove);
}
