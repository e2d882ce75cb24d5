using System.Numerics;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Platform.Reconciliation;

/// <summary>What does not agree.</summary>
public enum LedgerDifferenceKind
{
    /// <summary>A bucket holds another sum than the events of its quarter-hour.</summary>
    Bucket,

    /// <summary>A bucket's sum is right, but not by hour of record time, so that figures "as of" a day are wrong: rows expected, rows that agree.</summary>
    RecordTime,

    /// <summary>A stream's events add up to something else than when they were checked before: stored events were changed or are gone.</summary>
    Events,

    /// <summary>There are more or fewer dedupe keys than records that count or were voided singly; of all tenants together.</summary>
    Keys,
}

/// <summary>One figure that should be another.</summary>
/// <param name="Fleet">Empty where the records named none.</param>
/// <param name="RateClass">Of the bucket, as stored; of a stream empty.</param>
/// <param name="Tags">Of the bucket; of a stream empty.</param>
/// <param name="Slot">The quarter-hour; of a stream the first of its month.</param>
/// <param name="Unit">A measure of a bucket: a unit class, <c>records</c>, <c>incomplete</c>, <c>failed</c>; or <c>rows</c>, <c>keys</c>, <c>mix</c>.</param>
internal sealed record LedgerDifference(
    LedgerDifferenceKind Kind, string Tenant, string Model, string Fleet, string RateClass, string Tags, int Slot, string Unit,
    BigInteger Expected, BigInteger Found)
{
    /// <summary>A mix is no figure; its last digits tell two apart.</summary>
    private const long MixShown = 1_000_000_000_000_000;

    /// <summary>Compares a meter's rows with what its events say.</summary>
    public static IEnumerable<LedgerDifference> Between(
        Meter meter, IReadOnlyDictionary<long, SeriesKey> series, IEnumerable<LedgerRow> expected, IEnumerable<LedgerRow> found)
    {
        var (wanted, there) = (BySlot(series, expected), BySlot(series, found));
        foreach (var at in wanted.Keys.Union(there.Keys).OrderBy(a => a.Slot).ThenBy(a => a.Series, SeriesKey.WithinMeter))
        {
            var (should, rows) = (wanted.GetValueOrDefault(at) ?? [], there.GetValueOrDefault(at) ?? []);
            var (sums, sumsFound) = (LedgerSums.Of(should.Values), LedgerSums.Of(rows.Values));
            if (sums.Agree(sumsFound)) continue;
            var differing = 0;
            for (var i = 0; i < LedgerSums.Measures.Count; i++)
            {
                if (sums[i] == sumsFound[i]) continue;
                differing++;
                yield return Of(LedgerDifferenceKind.Bucket, LedgerSums.Measures[i], sums[i], sumsFound[i]);
            }

            var right = should.Count(row => rows.TryGetValue(row.Key, out var same) && same.Values.AsSpan().SequenceEqual(row.Value.Values));
            if (differing == 0) yield return Of(LedgerDifferenceKind.RecordTime, "rows", should.Count, right);

            LedgerDifference Of(LedgerDifferenceKind kind, string unit, BigInteger expect, BigInteger see) =>
                new(
                    kind, meter.Tenant.Value, meter.Model.Value, at.Series.Fleet, at.Series.RateClass.Text, at.Series.Tags, at.Slot, unit, expect,
                    see);
        }
    }

    /// <summary>Compares a stream's events with what they were.</summary>
    public static IEnumerable<LedgerDifference> Between(MeterMonth month, LedgerCheckpoint before, LedgerSums now)
    {
        var measures = Enumerable.Range(0, LedgerSums.Measures.Count).Where(i => before.Sums[i] != now[i]).ToList();
        foreach (var i in measures) yield return Of(LedgerSums.Measures[i], before.Sums[i], now[i]);
        // The same sums, and yet something moved from one quarter-hour, series or hour of record time to another.
        if (measures.Count == 0 && before.Sums.Mix != now.Mix) yield return Of("mix", before.Sums.Mix % MixShown, now.Mix % MixShown);

        LedgerDifference Of(string unit, BigInteger expected, BigInteger found) => new(
            LedgerDifferenceKind.Events, month.Meter.Tenant.Value, month.Meter.Model.Value, "", "", "", month.FirstSlot.Index, unit, expected, found);
    }

    /// <summary>Rows by series and slot, and there by hour of record time.</summary>
    private static Dictionary<(SeriesKey Series, int Slot), Dictionary<int, LedgerRow>> BySlot(
        IReadOnlyDictionary<long, SeriesKey> series, IEnumerable<LedgerRow> rows)
    {
        var slots = new Dictionary<(SeriesKey, int), Dictionary<int, LedgerRow>>();
        foreach (var row in rows)
        {
            var at = (series[row.Series], row.Slot);
            if (!slots.TryGetValue(at, out var hours)) slots[at] = hours = [];
            hours.Add(row.RecordedHour, row);
        }

        return slots;
    }
}
