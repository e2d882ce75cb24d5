using System.Numerics;
using FinOps.Domain.Values;

namespace FinOps.Domain.Metering;

/// <summary>
/// What rows of buckets add up to: each measure, and a mix of all in which each row weighs something of its own, so that what moved from one
/// row to another shows although the sums agree. Everything is linear: the sums of parts add up to those of the whole, which is what makes a
/// check of only the new events possible.
/// </summary>
public sealed class LedgerSums
{
    /// <summary>Records, incomplete, failed; the classes follow.</summary>
    public static readonly IReadOnlyList<string> Measures = ["records", "incomplete", "failed", .. UnitClass.All.Select(c => c.Name)];

    /// <summary>Their columns in the table of buckets.</summary>
    public static readonly IReadOnlyList<string> MeasureColumns = ["records", "incomplete", "failed", .. UnitClass.All.Select(c => c.Column)];

    // A prime below 2^24, and multipliers without a common factor: two rows of one month never weigh the same unless by chance of 1 in 16 million.
    private const long Modulus = 16_777_213;
    private const long OfSeries = 15_485_863;
    private const long OfSlot = 1_000_003;
    private const long OfHour = 7_368_787;

    private readonly BigInteger[] sums = new BigInteger[Measures.Count];

    /// <summary>Says whether the same sums lie in the same rows; no figure of its own.</summary>
    public BigInteger Mix { get; private set; }

    public BigInteger Records => sums[0];

    /// <summary>The sum of a measure, by its position in <see cref="Measures"/>.</summary>
    public BigInteger this[int measure] => sums[measure];

    /// <summary>A row's weight as SQL, for the same mix on the other side.</summary>
    public static string WeightSql(string table) =>
        $"(({table}.series::bigint * {OfSeries} + {table}.slot::bigint * {OfSlot} + {table}.recorded_hour::bigint * {OfHour}) % {Modulus})";

    /// <summary>The sums as one array: the measures, then the mix.</summary>
    public BigInteger[] ToArray() => [.. sums, Mix];

    /// <param name="stored">As <see cref="ToArray"/> gave it, perhaps before there were as many measures.</param>
    public static LedgerSums Of(ReadOnlySpan<BigInteger> stored)
    {
        var read = new LedgerSums { Mix = stored[^1] };
        stored[..^1].CopyTo(read.sums);
        return read;
    }

    public static LedgerSums Of(IEnumerable<LedgerRow> rows)
    {
        var made = new LedgerSums();
        foreach (var row in rows) made.Add(row);
        return made;
    }

    public void Add(LedgerRow row)
    {
        var weight = (row.Series * OfSeries + row.Slot * OfSlot + row.RecordedHour * OfHour) % Modulus;
        Int128 mixed = 0;
        for (var i = 0; i < sums.Length; i++)
        {
            var value = row.Values[i];
            if (value == 0) continue;
            sums[i] += value;
            mixed += (Int128)(i + 1) * value;
        }

        Mix += weight * (BigInteger)mixed;
    }

    public void Add(LedgerSums other)
    {
        for (var i = 0; i < sums.Length; i++) sums[i] += other.sums[i];
        Mix += other.Mix;
    }

    public bool Agree(LedgerSums other) => Mix == other.Mix && sums.AsSpan().SequenceEqual(other.sums);
}

/// <summary>A row of buckets: where it is, and its measures in the order of <see cref="LedgerSums.Measures"/>.</summary>
public readonly record struct LedgerRow(long Series, int Slot, int RecordedHour, long[] Values)
{
    /// <summary>A row that holds nothing says what no row says.</summary>
    public bool IsNone => !Values.AsSpan().ContainsAnyExcept(0);

    public static LedgerRow Of(long series, QuarterHour slot, int recordedHour, BucketChange change)
    {
        var values = new long[LedgerSums.Measures.Count];
        (values[0], values[1], values[2]) = (change.Records, change.Incomplete, change.Failed);
        foreach (var unitClass in UnitClass.All) values[3 + unitClass.Ordinal] = change[unitClass];
        return new LedgerRow(series, slot.Index, recordedHour, values);
    }
}
