using FinOps.Domain.Metering;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Metering;

public sealed class AcceptanceTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);

    private static AcceptanceRules Rules(string? backfill = null, Func<TenantId, bool>? may = null) =>
        new(Now, TimeSpan.FromDays(35), TimeSpan.FromMinutes(5), backfill, may ?? (_ => true));

    private static ReportedRecord Reported(Action<ReportedRecord>? change = null)
    {
        var record = new ReportedRecord
        {
            Tenant = "acme",
            Id = "1",
            Source = "gateway",
            Model = "llama-70b",
            Fleet = "h100-a",
            OccurredAt = Now,
            Quantities = [new("uncachedInput", 10), new("output", 4)],
        };
        change?.Invoke(record);
        return record;
    }

    private static string? Refusal(Action<ReportedRecord> change, string? backfill = null) =>
        Acceptance.Decide(Reported(change), Rules(backfill)).Rejection?.Code;

    [Fact]
    public void A_complete_record_is_accepted_as_it_is()
    {
        var (record, rejection) = Acceptance.Decide(Reported(), Rules());

        Assert.Null(rejection);
        Assert.Equal((10, 4), (record!.Quantities[UnitClass.UncachedInput], record.Quantities[UnitClass.Output]));
        Assert.Equal(new Meter(new TenantId("acme"), new ModelId("llama-70b")), record.Meter);
    }

    [Fact]
    public void Each_missing_or_malformed_field_is_named()
    {
        Assert.Equal("tenant_missing", Refusal(r => r.Tenant = null));
        Assert.Equal("tenant_missing", Refusal(r => r.Tenant = ""));
        Assert.Equal("tenant_invalid", Refusal(r => r.Tenant = " acme"));
        Assert.Equal("tenant_invalid", Refusal(r => r.Tenant = new string('x', 257)));
        Assert.Equal("id_missing", Refusal(r => r.Id = null));
        Assert.Equal("id_invalid", Refusal(r => r.Id = "a\nb"));
        Assert.Equal("source_missing", Refusal(r => r.Source = null));
        Assert.Equal("model_missing", Refusal(r => r.Model = null));
        Assert.Equal("fleet_missing", Refusal(r => r.Fleet = ""));
        Assert.Equal("status_unknown", Refusal(r => r.Status = "maybe"));
        Assert.Equal("occurred_at_missing", Refusal(r => r.OccurredAt = null));
        Assert.Equal("quantities_missing", Refusal(r => r.Quantities = null));
        Assert.Equal("class_unknown", Refusal(r => r.Quantities = [new("input_tokens", 1)]));
        Assert.Equal("class_doubled", Refusal(r => r.Quantities = [new("output", 1), new("output", 1)]));
        Assert.Equal("quantity_negative", Refusal(r => r.Quantities = [new("output", -1)]));
        Assert.Equal("quantity_absurd", Refusal(r => r.Quantities = [new("output", Acceptance.MaxQuantity + 1)]));
        Assert.Equal("tag_doubled", Refusal(r => r.Tags = [new("a", "1"), new("a", "2")]));
        Assert.Equal("tag_invalid", Refusal(r => r.Tags = [new("", "1")]));
        Assert.Equal("too_many_tags", Refusal(r => r.Tags = [.. Enumerable.Range(0, 33).Select(i => KeyValuePair.Create($"{i}", ""))]));
    }

    [Fact]
    public void A_live_record_must_lie_in_the_window_whose_ends_count_as_inside()
    {
        Assert.Null(Refusal(r => r.OccurredAt = Now.AddDays(-35)));
        Assert.Equal("occurred_at_too_old", Refusal(r => r.OccurredAt = Now.AddDays(-35).AddTicks(-1)));
        Assert.Null(Refusal(r => r.OccurredAt = Now.AddMinutes(5)));
        Assert.Equal("occurred_at_ahead", Refusal(r => r.OccurredAt = Now.AddMinutes(5).AddTicks(1)));
    }

    [Fact]
    public void A_record_of_a_named_backfill_may_be_of_any_age_but_not_of_the_future()
    {
        Assert.Null(Refusal(r => r.OccurredAt = Now.AddYears(-9), backfill: "2017"));
        Assert.Equal("occurred_at_ahead", Refusal(r => r.OccurredAt = Now.AddHours(1), backfill: "2017"));
    }

    [Fact]
    public void A_credential_reports_only_for_the_tenants_that_it_names()
    {
        var (record, rejection) = Acceptance.Decide(Reported(), Rules(may: t => t.Value == "globex"));

        Assert.Null(record);
        Assert.Equal(("tenant_not_permitted", "tenant"), (rejection!.Code, rejection.Field));
    }

    [Fact]
    public void A_call_that_used_nothing_is_a_record()
    {
        var (record, _) = Acceptance.Decide(Reported(r => (r.Quantities, r.Status) = ([], "failed")), Rules());

        Assert.True(record is { Failed: true, Incomplete: false });
        Assert.Equal(0, record.Quantities.Total);
    }

    [Fact]
    public void A_quantity_that_the_source_could_not_tell_is_missing_and_not_zero()
    {
        var (unknown, _) = Acceptance.Decide(Reported(r => r.Quantities = [new("uncachedInput", null), new("output", 4)]), Rules());
        var (zero, _) = Acceptance.Decide(Reported(r => r.Quantities = [new("uncachedInput", 0), new("output", 4)]), Rules());
        var (absent, _) = Acceptance.Decide(Reported(r => r.Quantities = [new("output", 4)]), Rules());

        Assert.True(unknown!.Incomplete);
        Assert.NotEqual(RecordDigest.Of(zero!).Content, RecordDigest.Of(unknown).Content);
        Assert.Equal(RecordDigest.Of(zero!), RecordDigest.Of(absent!));
    }

    [Fact]
    public void Overlapping_classes_become_disjoint_and_sum_to_the_whole()
    {
        var (record, _) = Acceptance.Decide(
            Reported(r => r.Quantities = [new("inputTotal", 100), new("cacheRead", 60), new("image", 5), new("outputTotal", 50), new("reasoning", 20)]),
            Rules());

        Assert.Equal(35, record!.Quantities[UnitClass.UncachedInput]);
        Assert.Equal(30, record.Quantities[UnitClass.Output]);
        Assert.Equal((100, 50, 150), (record.Quantities.InputTotal, record.Quantities.OutputTotal, record.Quantities.Total));
    }

    [Fact]
    public void A_part_larger_than_its_whole_is_refused()
    {
        Assert.Equal("part_larger_than_whole", Refusal(r => r.Quantities = [new("outputTotal", 5), new("reasoning", 6)]));
        Assert.Equal(
            "whole_contradicted", Refusal(r => r.Quantities = [new("inputTotal", 5), new("uncachedInput", 4), new("cacheRead", 2)]));
    }

    [Fact]
    public void The_order_of_tags_is_no_content_and_the_backfill_is_neither()
    {
        var (one, _) = Acceptance.Decide(Reported(r => r.Tags = [new("a", "1"), new("b", "2")]), Rules());
        var (other, _) = Acceptance.Decide(Reported(r => r.Tags = [new("b", "2"), new("a", "1")]), Rules(backfill: "again"));

        Assert.Equal(RecordDigest.Of(one!), RecordDigest.Of(other!));
    }

    [Fact]
    public void Every_other_difference_is_content()
    {
        var same = RecordDigest.Of(Acceptance.Decide(Reported(), Rules()).Record!);
        var changes = new List<Action<ReportedRecord>>
        {
            r => r.Model = "other",
            r => r.ModelVersion = "2",
            r => r.Fleet = null,
            r => r.OccurredAt = Now.AddTicks(1),
            r => r.Status = "failed",
            r => r.Tags = [new("a", "1")],
            r => r.Quantities = [new("uncachedInput", 4), new("output", 10)],
        };

        foreach (var digest in changes.Select(c => RecordDigest.Of(Acceptance.Decide(Reported(c), Rules()).Record!)))
        {
            Assert.Equal(same.Key, digest.Key);
            Assert.NotEqual(same.Content, digest.Content);
        }
    }

    [Fact]
    public void No_two_identities_share_a_key_by_running_together()
    {
        var ab = Acceptance.Decide(Reported(r => (r.Tenant, r.Source, r.Id) = ("a", "b", "c")), Rules()).Record!;
        var bc = Acceptance.Decide(Reported(r => (r.Tenant, r.Source, r.Id) = ("ab", "c", "")), Rules()).Record;
        var shifted = Acceptance.Decide(Reported(r => (r.Tenant, r.Source, r.Id) = ("a", "bc", "c")), Rules()).Record!;

        Assert.Null(bc);
        Assert.NotEqual(RecordDigest.Of(ab).Key, RecordDigest.Of(shifted).Key);
    }
}
