using System.Text.Json;
using FinOps.Domain.Budgets;
using FinOps.Platform.Budgets;

namespace FinOps.Platform.Tests.Budgets;

public sealed class StoredBudgetEventsTests
{
    private static readonly Type[] Stored =
    [
        typeof(BudgetCreatedV1), typeof(BudgetChangedV1), typeof(BudgetClosedV1), typeof(ThresholdCrossedV1), typeof(ThresholdRetractedV1),
        typeof(ThresholdRecrossedV1), typeof(ThresholdRenotifiedV1),
    ];

    /// <summary>What was stored long ago still means what it meant: read into the domain and written again, it is the same.</summary>
    [Theory]
    [InlineData("budget_created_v1", 0)]
    [InlineData("budget_changed_v1", 1)]
    [InlineData("budget_changed_v1.hard", 1)]
    [InlineData("budget_closed_v1", 2)]
    [InlineData("threshold_crossed_v1", 3)]
    [InlineData("threshold_retracted_v1", 4)]
    [InlineData("threshold_recrossed_v1", 5)]
    [InlineData("threshold_renotified_v1", 6)]
    public void A_stored_event_keeps_its_meaning(string alias, int type)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Events", $"{alias}.json"));
        var stored = JsonSerializer.Deserialize(text, Stored[type], JsonSerializerOptions.Web)!;

        var again = StoredBudgetEvents.ToDomain(stored).ToStored();

        Assert.Equal(JsonSerializer.Serialize(stored, Stored[type]), JsonSerializer.Serialize(again, Stored[type]));
    }

    [Fact]
    public void All_that_terms_may_say_is_stored_and_read_again()
    {
        var now = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
        BudgetPeriod[] periods =
        [
            new BudgetPeriod.Recurring(PeriodUnit.Week, new DateOnly(2026, 11, 16), "Europe/Berlin") { StartsAt = now },
            new BudgetPeriod.Rolling(30, new DateOnly(2026, 11, 16), "UTC"),
            new BudgetPeriod.Monthly(new CalendarMonth(2026, 11), "UTC") { StartsAt = now },
            new BudgetPeriod.Custom(new(now, now.AddDays(1)), "Asia/Tokyo"),
        ];
        foreach (var (period, measure) in periods.SelectMany(p => Enum.GetValues<BudgetMeasure>().Select(m => (p, m))))
        {
            var terms = new BudgetTerms(new("acme"), measure, new(500.5m, new("USD")), period, Thresholds.None, new Uri("https://a.example/"), true)
            {
                Scope = new BudgetScope(["m"], ["f"], [("team", "search")]),
                Kind = BudgetKind.Hard,
                WhenAway = WhenAway.Open,
                ThresholdAmounts = Thresholds.ReadAmounts([1m, 2.5m], "").Thresholds!,
                ForecastThresholds = Thresholds.Read([100m]).Thresholds!,
                DriftThresholds = Thresholds.Read([20m]).Thresholds!,
                NoDataAfterHours = 6,
                RenotifyHours = 24,
                Anomaly = AnomalySensitivity.High,
                TargetThresholds = Thresholds.Read([10m, 40m]).Thresholds!,
                RolloverPercent = 12.5m,
                Raise = new TemporaryRaise(5m, now),
                Changes = AmountChanges.None.With(new AmountFrom(now, 7m)),
            };
            var created = new BudgetCreated(new BudgetId("b"), terms, now, "finance");

            var text = JsonSerializer.Serialize(created.ToStored(), typeof(BudgetCreatedV1), JsonSerializerOptions.Web);

            Assert.Equal(created, StoredBudgetEvents.ToDomain(JsonSerializer.Deserialize<BudgetCreatedV1>(text, JsonSerializerOptions.Web)!));
        }
    }

    [Fact]
    public void Every_event_of_the_domain_can_be_stored() => Assert.Equal(
        Stored.Length, typeof(BudgetEvent).Assembly.GetTypes().Count(t => !t.IsAbstract && t.IsSubclassOf(typeof(BudgetEvent))));
}
