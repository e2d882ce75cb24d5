using System.Text.Json;
using CsCheck;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Metering;

public sealed class UsageRecordedTests
{
    private static readonly Gen<string?> Perhaps = Gen.OneOfConst<string?>(null, "a", "b", "ü/ä", "c d");

    internal static readonly Gen<UsageRecord> Records =
        from id in Gen.Int
        from source in Gen.OneOfConst("s1", "s2", "s3")
        from texts in Gen.Select(Perhaps, Perhaps, Perhaps)
        from ticks in Gen.Long[0, TimeSpan.FromDays(27).Ticks]
        from quantities in Gen.OneOf(Gen.Long[0, 20_000], Gen.Long[0, 1_000_000]).Array[UnitClass.All.Count]
        from missing in Gen.Int[0, 3]
        from failed in Gen.Bool
        from tags in Gen.Dictionary(
            Gen.OneOfConst("k", "team", "apiKey", "application", "service_tier", "service.tier"),
            Gen.OneOfConst("", "x", "1:y", "a=b&c", "Batch", "flex", "7c9e6679-7425-40de"))[0, 3]
        select new UsageRecord
        {
            Tenant = new TenantId("acme"),
            Model = new ModelId("m"),
            Id = $"{id}",
            Source = source,
            Fleet = texts.Item1,
            ModelVersion = texts.Item2,
            Backfill = texts.Item3,
            OccurredAt = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero).AddTicks(ticks),
            Quantities = Quantities.Of(quantities),
            Missing = missing,
            Failed = failed,
            Tags = [.. tags.OrderBy(t => t.Key, StringComparer.Ordinal)],
        };

    [Fact]
    public void What_is_packed_comes_out_the_same_also_through_json() =>
        Records.Array[1, 40].Sample(records =>
        {
            var json = JsonSerializer.Serialize(UsageRecorded.Pack(records, DateTimeOffset.UnixEpoch), JsonSerializerOptions.Web);
            var unpacked = JsonSerializer.Deserialize<UsageRecorded>(json, JsonSerializerOptions.Web)!.Unpack();

            Assert.Equal(records.Select(RecordDigest.Of), unpacked.Select(RecordDigest.Of));
            Assert.Equal(records.Select(r => r.Backfill), unpacked.Select(r => r.Backfill));
        });

    [Fact]
    public void Buckets_hold_what_the_records_hold_however_they_are_split() =>
        Gen.Select(Records.Array[0, 60], Gen.Int[0, 60]).Sample((records, cut) =>
        {
            var whole = Bucket.Fold(records);
            var parts = new[] { records.Take(cut), records.Skip(cut) }.Select(Bucket.Fold).SelectMany(b => b)
                .GroupBy(b => b.Key).ToDictionary(g => g.Key, g => g.Select(b => b.Value).Aggregate((a, b) => new Bucket(
                    a.Records + b.Records, a.Incomplete + b.Incomplete, a.Failed + b.Failed, a.Quantities + b.Quantities)));

            Assert.Equal(records.Length, whole.Values.Sum(b => b.Records));
            Assert.Equal(records.Sum(r => r.Quantities.Total), whole.Values.Sum(b => b.Quantities.Total));
            Assert.Equal(whole.OrderBy(b => b.Key.GetHashCode()), parts.OrderBy(b => b.Key.GetHashCode()));
        });

    [Fact]
    public void Records_of_two_months_do_not_share_an_event()
    {
        UsageRecord At(DateTimeOffset instant) => new()
        {
            Tenant = new TenantId("acme"),
            Model = new ModelId("m"),
            Id = "1",
            Source = "s",
            OccurredAt = instant,
            Quantities = Quantities.Zero,
        };

        var midnight = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Throws<InvariantViolatedException>(() => UsageRecorded.Pack([At(midnight.AddTicks(-1)), At(midnight)], midnight));
        Assert.Equal("usage/acme/m/2026-04", MeterMonth.Of(At(midnight)).StreamId);
    }
}
