using System.Collections.Concurrent;
using System.Data;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Hosting;
using Marten;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>How far a rebuild is.</summary>
public sealed record RebuildProgress(int Streams, int StreamsDone, long Events, BigInteger Records);

/// <summary>What a rebuild did.</summary>
/// <param name="Streams">Meters' months.</param>
/// <param name="Events">Folded.</param>
/// <param name="Records">In them.</param>
/// <param name="Rows">Bucket rows by the events.</param>
/// <param name="WrongStreams">Months whose rows were not those.</param>
/// <param name="Before">Checksum of the rows as they were found.</param>
/// <param name="After">Checksum of the rows by the events; equal to the other where nothing was wrong, also while records flow.</param>
/// <param name="Differences">The first ones, in words.</param>
public sealed record RebuildResult(
    int Streams, long Events, BigInteger Records, long Rows, int WrongStreams, string Before, string After, IReadOnlyList<string> Differences);

/// <summary>
/// Makes all buckets again from the stored events while records go on flowing. Each month of a meter is right by itself as soon as it is
/// done, so that a rebuild may be interrupted at any point and started again.
/// </summary>
public sealed class RebuildBuckets(NpgsqlDataSource database, IDocumentStore store)
{
    /// <param name="write">False only looks.</param>
    /// <param name="progress">Told after each stream.</param>
    /// <param name="cancellation">Stops between two streams, or takes back the one under way.</param>
    public async Task<RebuildResult> RunAsync(bool write, Action<RebuildProgress> progress, CancellationToken cancellation)
    {
        var months = await MonthsAsync(cancellation);
        var rebuilt = new ConcurrentDictionary<string, Digests>();
        var differences = new ConcurrentQueue<string>();
        var (gate, events, records, rows) = (new Lock(), 0L, BigInteger.Zero, 0L);
        await Parallel.ForEachAsync(
            months,
            new ParallelOptions { MaxDegreeOfParallelism = Limits.RebuildsInFlight, CancellationToken = cancellation },
            async (month, stop) =>
            {
                var one = await RebuildStream.RunAsync(database, store, month, write, stop);
                var (isRight, digest) = (RebuildStream.Same(one.Expected, one.Found), Digest(one, one.Expected));
                rebuilt[month.StreamId] = new Digests(isRight ? digest : Digest(one, one.Found), digest, isRight);
                foreach (var difference in isRight ? [] : Differences(one).Take(Limits.LedgerDifferencesLogged))
                {
                    if (differences.Count < Limits.LedgerDifferencesLogged) differences.Enqueue(difference);
                }

                lock (gate)
                {
                    events += one.Events;
                    foreach (var row in one.Expected) records += row.Values[0];
                    rows += one.Expected.Count;
                    progress(new RebuildProgress(months.Count, rebuilt.Count, events, records));
                }
            });
        return new RebuildResult(
            months.Count, events, records, rows, rebuilt.Values.Count(d => !d.AreSame), All(rebuilt, d => d.Before), All(rebuilt, d => d.After),
            [.. differences]);
    }

    /// <summary>What a rebuild reads, and no more: it is measured against this.</summary>
    public async Task<long> ReadAsync(CancellationToken cancellation)
    {
        var records = 0L;
        await Parallel.ForEachAsync(
            await MonthsAsync(cancellation),
            new ParallelOptions { MaxDegreeOfParallelism = Limits.RebuildsInFlight, CancellationToken = cancellation },
            async (month, stop) => Interlocked.Add(ref records, await RebuildStream.ReadAsync(database, store, month, stop)));
        return records;
    }

    /// <summary>Every month of a meter that has events or buckets.</summary>
    private async Task<List<MeterMonth>> MonthsAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var months = (await LedgerStreams.ReadAsync(connection, cancellation)).Select(s => s.Month).ToHashSet();
        var series = await BucketTable.SeriesAsync(connection, null, cancellation);
        var boundaries = months.SelectMany(m => (int[])[m.FirstSlot.Index, m.EndSlot.Index]).Distinct().Order().ToArray();
        var spans = months.Select(m => new MeterSpan(m.Meter, m.FirstSlot.Index, m.EndSlot.Index)).ToHashSet();
        foreach (var span in (await BucketTable.SumsAsync(connection, series, boundaries, cancellation)).Keys.Where(s => !spans.Contains(s)))
        {
            int[] own = [.. series.Where(s => s.Meter == span.Meter).Select(s => s.Id)];
            foreach (var row in await BucketTable.RowsAsync(connection, own, span.FirstSlot, span.EndSlot, cancellation))
            {
                var start = new QuarterHour(row.Slot).Start;
                months.Add(new MeterMonth(span.Meter, start.Year, start.Month));
            }
        }

        return [.. months.OrderBy(m => m.StreamId, StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Differences(RebuiltStream one) => LedgerDifference
        .Between(one.Month.Meter, one.Series.Series, one.Expected, one.Found)
        .Select(d => string.Create(
            CultureInfo.InvariantCulture,
            $"{d.Tenant}, {d.Model}, fleet '{d.Fleet}', class '{d.RateClass}', tags '{d.Tags}', {new QuarterHour(d.Slot).Start:O}: {d.Unit} should be {d.Expected}, was {d.Found}"));

    /// <summary>Over all that a row says, by what its series is of and not its number.</summary>
    private static byte[] Digest(RebuiltStream one, IReadOnlyList<LedgerRow> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<long> numbers = stackalloc long[2 + LedgerSums.Measures.Count];
        foreach (var series in rows.GroupBy(r => one.Series.Series[r.Series]).OrderBy(s => s.Key, SeriesKey.WithinMeter))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{series.Key.Fleet}\0{series.Key.RateClass}\0{series.Key.Tags}\0"));
            foreach (var row in series)
            {
                (numbers[0], numbers[1]) = (row.Slot, row.RecordedHour);
                row.Values.CopyTo(numbers[2..]);
                hash.AppendData(MemoryMarshal.AsBytes(numbers));
            }
        }

        return hash.GetHashAndReset();
    }

    private static string All(IReadOnlyDictionary<string, Digests> streams, Func<Digests, byte[]> side)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (stream, digests) in streams.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(stream));
            hash.AppendData(side(digests));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record Digests(byte[] Before, byte[] After, bool AreSame);
}
