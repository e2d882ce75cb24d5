using CsCheck;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Metering;

/// <summary>Random histories of records, voids and amendments, written as the stored events and folded again.</summary>
public sealed class RecordCorrectionTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 30, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<UsageRecord> Contents =
        from id in Gen.Int[0, 4]
        from model in Gen.OneOfConst("m1", "m2")
        from fleet in Gen.OneOfConst<string?>(null, "f1", "f2")
        from minutes in Gen.Int[0, 4 * 24 * 60]
        from quantities in Gen.Long[0, 1_000_000].Array[UnitClass.All.Count]
        from missing in Gen.Int[0, 1]
        from cacheUnknown in Gen.Bool
        from failed in Gen.Bool
        from tags in Gen.OneOfConst<KeyValuePair<string, string>[]>([], [new("team", "blue")], [new("service_tier", "batch"), new("team", "blue")])
        select new UsageRecord
        {
            Tenant = new TenantId("acme"),
            Source = "s",
            Id = $"{id}",
            Model = new ModelId(model),
            Fleet = fleet,
            // Few different instants over the end of a month: contents fall into each other's buckets, and into two streams of a meter.
            OccurredAt = Start.AddMinutes(minutes / 240 * 240),
            // The first class may be known in part; another that the source could not tell is 0.
            Quantities = Quantities.Of([.. quantities.Select((q, i) => i == UnitClass.CacheRead.Ordinal && cacheUnknown ? 0 : q)]),
            Missing = missing | (cacheUnknown ? 1 << UnitClass.CacheRead.Ordinal : 0),
            Failed = failed,
            Tags = tags,
        };

    private static readonly Gen<(int Verb, UsageRecord Content)> Steps = Gen.Select(Gen.Int[0, 3], Contents);

    [Fact]
    [Trait("Reliability", "T5")]
    public void Ten_thousand_histories_fold_to_what_counts_in_the_end() => Steps.Array[0, 40].Sample(
        history =>
        {
            var books = new Books();
            foreach (var (verb, content) in history) books.Apply(verb, content);

            var folded = new Dictionary<BucketKey, Bucket>();
            foreach (var stream in books.Streams.Values)
            {
                foreach (var stored in stream) LedgerFold.Add(folded, stored);
            }

            Assert.Equal(Bucket.Fold(books.Live), folded, new SameBuckets());
            Assert.Equal(folded.ToDictionary(b => b.Key, b => b.Value.Quantities.Total), Totals(books));
        },
        iter: 10_000);

    [Fact]
    public void What_is_voided_and_brought_back_leaves_the_books_as_they_were() => Contents.Sample(content =>
    {
        var taken = RecordCorrection.Void(new CountedRecord.Live(content)).Taken!;
        var given = RecordCorrection.Amend(new CountedRecord.Voided(taken), content).Given!;

        Assert.Equal(Bucket.Empty.With(content), Bucket.Empty.With(content).Without(taken).With(given));
    });

    [Fact]
    public void Asking_for_what_is_so_already_changes_nothing() => Contents.Sample(content =>
    {
        Assert.True(RecordCorrection.Void(new CountedRecord.Voided(content)).IsNone);
        Assert.True(RecordCorrection.Amend(new CountedRecord.Live(content), content).IsNone);
    });

    [Fact]
    public void What_does_not_count_cannot_be_taken_out_of_a_bucket() => Contents.Sample(content =>
    {
        Assert.Throws<InvariantViolatedException>(() => Bucket.Empty.Without(content));
        var other = Quantities.Of([.. content.Quantities.AsSpan().ToArray().Select(q => q + 1)]);
        var larger = new UsageRecord
        {
            Tenant = content.Tenant,
            Source = content.Source,
            Id = content.Id,
            Model = content.Model,
            OccurredAt = content.OccurredAt,
            Quantities = other,
        };
        Assert.Throws<InvariantViolatedException>(() => Bucket.Empty.With(content).Without(larger));
    });

    [Fact]
    public void An_amendment_that_says_nothing_is_the_record_itself() => Contents.Sample(content =>
    {
        var reported = new AmendedContent().Over(content);
        var (again, rejection) = Acceptance.Decide(reported, AmendedContent.Rules(content, Start.AddYears(9), TimeSpan.Zero));

        Assert.Null(rejection);
        Assert.Equal(RecordDigest.Of(content), RecordDigest.Of(again!));
    });

    /// <summary>Changes by event, in any order, sum to the totals of the buckets.</summary>
    private static Dictionary<BucketKey, long> Totals(Books books)
    {
        var changes = new Dictionary<BucketKey, BucketChange>();
        foreach (var stored in books.Streams.Values.SelectMany(s => s).Reverse()) LedgerFold.Add(changes, stored);
        return changes.Where(c => !c.Value.IsNone).ToDictionary(
            c => c.Key, c => UnitClass.All.Where(u => u.Side != UnitSide.Other).Sum(u => c.Value[u]));
    }

    /// <summary>The books as the platform keeps them: an identity counts once, and each fact is an event of its stream.</summary>
    private sealed class Books
    {
        private readonly Dictionary<string, CountedRecord> counted = [];

        public Dictionary<string, List<object>> Streams { get; } = [];

        public IEnumerable<UsageRecord> Live => counted.Values.OfType<CountedRecord.Live>().Select(l => l.Record);

        public void Apply(int verb, UsageRecord content)
        {
            if (!counted.TryGetValue(content.Id, out var known))
            {
                counted[content.Id] = new CountedRecord.Live(content);
                Write(content, UsageRecorded.Pack([content], Start));
                return;
            }

            var change = verb switch { 0 => RecordChange.None, 1 => RecordCorrection.Void(known), _ => RecordCorrection.Amend(known, content) };
            if (change.Taken is { } taken)
            {
                Write(taken, Voided(taken));
                counted[content.Id] = new CountedRecord.Voided(taken);
            }

            if (change.Given is not { } given) return;
            Write(given, Amended(given));
            counted[content.Id] = new CountedRecord.Live(given);
        }

        private static UsageVoided Voided(UsageRecord taken) => new()
        {
            Correction = Guid.Empty,
            RecordedAt = Start,
            By = "finance",
            Reason = "wrong",
            From = [new TakenFrom(1, [0])],
            Taken = UsageRecorded.Pack([taken], Start),
        };

        private static UsageAmended Amended(UsageRecord given) => new()
        {
            Correction = Guid.Empty,
            RecordedAt = Start,
            By = "finance",
            Reason = "wrong",
            Given = UsageRecorded.Pack([given], Start),
        };

        private void Write(UsageRecord record, object stored)
        {
            var stream = MeterMonth.Of(record).StreamId;
            if (!Streams.TryGetValue(stream, out var events)) Streams[stream] = events = [];
            events.Add(stored);
        }
    }

    private sealed class SameBuckets : IEqualityComparer<Dictionary<BucketKey, Bucket>>
    {
        public bool Equals(Dictionary<BucketKey, Bucket>? x, Dictionary<BucketKey, Bucket>? y) =>
            x!.Count == y!.Count && x.All(b => y.TryGetValue(b.Key, out var other) && other == b.Value);

        public int GetHashCode(Dictionary<BucketKey, Bucket> buckets) => buckets.Count;
    }
}
