using FinOps.Domain.Metering;
using FinOps.Domain.Values;
using FinOps.Platform.Alerts;
using FinOps.Platform.Budgets;
using FinOps.Platform.Metering;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace FinOps.Platform.Tests.Hosting;

/// <summary>What grains are told and answer, as bytes and back: in one process nobody would notice what does not travel.</summary>
public sealed class WireFormsTests : IDisposable
{
    private static readonly UsageRecord Record = new()
    {
        Tenant = new TenantId("acme"),
        Source = "s",
        Id = "1",
        Model = new ModelId("m"),
        ModelVersion = "v",
        Fleet = "f",
        OccurredAt = new DateTimeOffset(2026, 3, 2, 1, 2, 3, TimeSpan.Zero).AddTicks(4),
        Quantities = Quantities.Of((UnitClass.All[0], 7)),
        Missing = 2,
        Failed = true,
        Tags = [new("a", "b")],
        Backfill = "march",
    };

    private readonly ServiceProvider services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    private Serializer Serializer => services.GetRequiredService<Serializer>();

    [Fact]
    public void A_meter_batch_travels()
    {
        var sent = new MeterBatch("b", [new MeterRecord(Record, RecordDigest.Of(Record))]) { BatchIds = ["own"] };

        var came = Travelled(sent);

        Assert.Equal("b", came.BatchId);
        Assert.Equal("own", Assert.Single(came.BatchIds!));
        Assert.Equal(sent.Records[0].Digest, came.Records[0].Digest);
        // The digest is of all that is content; a field that got lost would change it.
        Assert.Equal(sent.Records[0].Digest, RecordDigest.Of(came.Records[0].Record));
        Assert.Equal(Record.Backfill, came.Records[0].Record.Backfill);
    }

    [Fact]
    public void A_meters_answers_travel()
    {
        RecordOutcome[] outcomes = [RecordOutcome.Accepted, RecordOutcome.Duplicate, RecordOutcome.Conflict];
        Assert.Equal(outcomes, Travelled(outcomes));
        var totals = new MeterTotals(1, 2, 3, Record.Quantities);
        Assert.Equal(totals, Travelled(totals));
    }

    [Fact]
    public void A_budgets_order_and_answer_travel()
    {
        var order = new BudgetOrder
        {
            Verb = BudgetVerb.Change,
            Id = "b",
            Tenant = "acme",
            By = "operator",
            Amount = 1.5m,
            PeriodStart = Record.OccurredAt,
            Thresholds = [50, 99.5m],
            WebhookSecret = "secret",
            DeliverBackfilled = true,
            Channels =
            [
                new AlertChannelOrder
                {
                    Kind = "email", Name = "ops", Target = "ops@example.com", Every = DigestEvery.Week, At = new TimeOnly(8, 30), Day = Weekday.Friday,
                    TimeZone = "Europe/Berlin",
                },
                new AlertChannelOrder { Kind = "slack", Name = "slack" },
            ],
            ChannelFlaws = [new BudgetFlaw("code", "channels[0].target", "message")],
            Webhook = new AlertChannelOrder { Kind = "webhook", Name = "webhook", Every = DigestEvery.Day, At = new TimeOnly(7, 0), TimeZone = "UTC" },
        };
        var came = Travelled(order);
        Assert.Equal(order.Webhook, came.Webhook);
        Assert.Equal(order.Thresholds, came.Thresholds);
        Assert.Equal(order.Channels, came.Channels);
        Assert.Equal(order.ChannelFlaws, came.ChannelFlaws);
        Assert.Equal(order, came with { Thresholds = order.Thresholds, Channels = order.Channels, ChannelFlaws = order.ChannelFlaws });
        Assert.DoesNotContain("ops@example.com", $"{order} {order.Channels[0]}", StringComparison.Ordinal);

        Assert.Empty(Travelled(new BudgetAnswer("secret", [])).Flaws);
        var flaw = new BudgetFlaw("code", "field", "message");
        Assert.Equal(flaw, Assert.Single(Travelled(new BudgetAnswer(null, new List<BudgetFlaw> { flaw })).Flaws));
    }

    [Fact]
    public void What_a_meter_throws_travels_by_its_type()
    {
        Assert.Equal("full", Assert.IsType<MeterOverloadedException>(Travelled<Exception>(new MeterOverloadedException("full"))).Message);
        Assert.Equal("away", Assert.IsType<BooksUnavailableException>(Travelled<Exception>(new BooksUnavailableException("away"))).Message);
    }

    public void Dispose() => services.Dispose();

    private T Travelled<T>(T value) => Serializer.Deserialize<T>(Serializer.SerializeToArray(value))!;
}
