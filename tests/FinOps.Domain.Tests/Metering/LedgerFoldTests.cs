using System.Numerics;
using System.Text.Json;
using CsCheck;
using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Metering;

public sealed class LedgerFoldTests
{
    private static readonly Gen<LedgerRow[]> SomeRows =
        (from series in Gen.Int[1, 3]
         from slot in Gen.Int[-5, 3_000]
         from hour in Gen.Int[490_000, 490_003]
         from values in Gen.Long[0, long.MaxValue / 1_000].Array[LedgerSums.Measures.Count]
         select new LedgerRow(series, slot, hour, values)).Array[1, 30];

    [Fact]
    public void Column_by_column_is_the_same_as_record_by_record() =>
        Gen.Select(UsageRecordedTests.Records.Array[1, 60], Gen.Bool).Sample((records, throughJson) =>
        {
            var stored = UsageRecorded.Pack(records, DateTimeOffset.UnixEpoch);
            if (throughJson)
                stored = JsonSerializer.Deserialize<UsageRecorded>(JsonSerializer.Serialize(stored, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;

            var (byColumn, byRecord) = (new Dictionary<BucketKey, BucketChange>(), new Dictionary<BucketKey, BucketChange>());
            foreach (var kind in new object[] { stored, Voided(stored), stored, stored })
            {
                LedgerFold.Add(byColumn, kind);
                var (sign, told) = LedgerFold.Meaning(kind);
                foreach (var record in told.Unpack()) BucketChange.Add(byRecord, record, sign);
            }

            Assert.Equal(Rows(byRecord), Rows(byColumn));
        });

    private static UsageVoided Voided(UsageRecorded stored) => new()
    {
        Correction = Guid.Empty,
        RecordedAt = stored.RecordedAt,
        By = "finance",
        Reason = "twice",
        From = [],
        Taken = stored,
    };

    [Fact]
    public void A_kind_that_is_not_known_is_an_error()
    {
        Assert.Throws<InvalidOperationException>(() => LedgerFold.Add(new Dictionary<BucketKey, BucketChange>(), "what?"));
        Assert.Throws<InvalidOperationException>(() => LedgerFold.RecordedAt("what?"));
    }

    [Fact]
    public void Sums_of_parts_are_the_sums_of_the_whole_also_as_stored() =>
        Gen.Select(SomeRows, Gen.Int[0, 30]).Sample((rows, cut) =>
        {
            var parts = LedgerSums.Of(LedgerSums.Of(rows.Take(cut)).ToArray());
            parts.Add(LedgerSums.Of(rows.Skip(cut)));

            Assert.True(parts.Agree(LedgerSums.Of(rows)));
            Assert.Equal(rows.Aggregate(BigInteger.Zero, (sum, row) => sum + row.Values[0]), parts.Records);
        });

    [Fact]
    public void What_moves_from_one_row_to_another_shows() =>
        Gen.Select(SomeRows, Gen.Int[0, 29], Gen.Int[1, 2_975], Gen.Int[0, LedgerSums.Measures.Count - 1]).Sample((rows, from, by, measure) =>
        {
            var before = LedgerSums.Of(rows);
            var row = rows[from % rows.Length];
            if (row.Values[measure] == 0) return;
            var moved = new long[row.Values.Length];
            moved[measure] = row.Values[measure];
            var left = (long[])row.Values.Clone();
            left[measure] = 0;
            var after = rows.Select((r, i) => i == from % rows.Length ? r with { Values = left } : r)
                .Append(row with { Slot = row.Slot + by, Values = moved });

            Assert.False(before.Agree(LedgerSums.Of(after)));
        });

    [Theory]
    [InlineData("acme", "azure-conv")]
    [InlineData("a/b %ü", "m/2026-01")]
    public void A_streams_id_tells_its_meter_and_month(string tenant, string model)
    {
        var month = new MeterMonth(new Meter(new TenantId(tenant), new ModelId(model)), 2024, 2);
        Assert.Equal(month, MeterMonth.OfStream(month.StreamId));
        Assert.Equal(29 * 96, month.EndSlot.Index - month.FirstSlot.Index);
        Assert.Equal(new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero), month.EndSlot.Start);
        Assert.Throws<FormatException>(() => MeterMonth.OfStream("budget/b"));
    }

    private static List<string> Rows(Dictionary<BucketKey, BucketChange> changes) =>
        [.. changes.Select(c => $"{c.Key} {string.Join(' ', LedgerRow.Of(1, c.Key.Slot, 0, c.Value).Values)}").Order(StringComparer.Ordinal)];
}
