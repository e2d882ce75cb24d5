using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using Npgsql;

namespace FinOps.Platform.Reconciliation;

/// <summary>
/// Compares events with buckets in one snapshot, so that a commit is in both or in neither. Of streams that were checked before only the new
/// events are folded; their buckets are compared by sums all the same, and row by row where these do not agree.
/// </summary>
internal sealed class LedgerComparison(NpgsqlConnection connection, UsageEvents stored, DateTimeOffset at)
{
    private ILookup<Meter, LedgerSeries> series = null!;
    private Dictionary<MeterSpan, LedgerSums> found = [];

    public List<LedgerDifference> Differences { get; } = [];

    /// <summary>What to remember of the streams, by id.</summary>
    public Dictionary<string, LedgerCheckpoint> Checkpoints { get; } = [];

    public long EventsRead { get; private set; }

    /// <summary>Those that count, by the events of all streams that were compared.</summary>
    public System.Numerics.BigInteger Records { get; private set; }

    public async Task RunAsync(IReadOnlyList<LedgerStream> all, LedgerPlan plan, CancellationToken cancellation)
    {
        var listed = await BucketTable.SeriesAsync(connection, null, cancellation);
        series = listed.ToLookup(s => s.Meter);
        var boundaries = all.SelectMany(s => (int[])[s.Month.FirstSlot.Index, s.Month.EndSlot.Index]).Distinct().Order().ToArray();
        found = await BucketTable.SumsAsync(connection, listed, boundaries, cancellation);
        foreach (var stream in plan.Streams)
        {
            if (plan.FromTheStart.Contains(stream.Id) || !await NewEventsAgreeAsync(stream, cancellation))
                await CompareRowsAsync(stream, cancellation);
        }

        var spans = all.Select(s => Span(s.Month)).ToHashSet();
        foreach (var (span, sums) in found)
        {
            if (!spans.Contains(span) && !sums.Agree(new LedgerSums())) await CompareRowsAsync(span, new LedgerRows(), cancellation);
        }
    }

    private async Task<bool> NewEventsAgreeAsync(LedgerStream stream, CancellationToken cancellation)
    {
        var before = stream.Checked!;
        var sums = before.Sums;
        if (stream.Version > before.Version)
        {
            var fresh = new LedgerRows();
            EventsRead += await stored.FoldAsync(fresh, stream.Id, before.Version, stream.Version, cancellation);
            sums = LedgerSums.Of(fresh.Numbered(NumbersOf(stream.Month.Meter).Of));
            sums.Add(before.Sums);
        }

        if (!sums.Agree(Found(stream.Month))) return false;
        Records += sums.Records;
        if (stream.Version > before.Version) Checkpoints[stream.Id] = before with { Version = stream.Version, Sums = sums };
        return true;
    }

    /// <summary>All events of the stream: first those that were checked before, which must be what they were.</summary>
    private async Task CompareRowsAsync(LedgerStream stream, CancellationToken cancellation)
    {
        var (rows, numbers) = (new LedgerRows(), NumbersOf(stream.Month.Meter));
        var before = stream.Checked;
        var isChanged = false;
        if (before is not null)
        {
            EventsRead += await stored.FoldAsync(rows, stream.Id, 0, Math.Min(before.Version, stream.Version), cancellation);
            var sums = LedgerSums.Of(rows.Numbered(numbers.Of));
            isChanged = !sums.Agree(before.Sums);
            if (isChanged) Differences.AddRange(LedgerDifference.Between(stream.Month, before, sums));
        }

        EventsRead += await stored.FoldAsync(rows, stream.Id, before?.Version ?? 0, stream.Version, cancellation);
        await CompareRowsAsync(Span(stream.Month), rows, cancellation);
        var now = new LedgerCheckpoint(stream.Version, LedgerSums.Of(rows.Numbered(numbers.Of)), at);
        Records += now.Sums.Records;
        // What changed events were stays known until somebody decides.
        if (!isChanged) Checkpoints[stream.Id] = now;
    }

    private async Task CompareRowsAsync(MeterSpan span, LedgerRows expected, CancellationToken cancellation)
    {
        var numbers = NumbersOf(span.Meter);
        var there = await BucketTable.RowsAsync(connection, numbers.Known, span.FirstSlot, span.EndSlot, cancellation);
        var wanted = expected.Numbered(numbers.Of).ToList();
        Differences.AddRange(LedgerDifference.Between(span.Meter, numbers.Series, wanted, there));
    }

    private LedgerSums Found(MeterMonth month) => found.GetValueOrDefault(Span(month)) ?? new LedgerSums();

    private static MeterSpan Span(MeterMonth month) => new(month.Meter, month.FirstSlot.Index, month.EndSlot.Index);

    private SeriesNumbers NumbersOf(Meter meter) => new([.. series[meter]]);
}
