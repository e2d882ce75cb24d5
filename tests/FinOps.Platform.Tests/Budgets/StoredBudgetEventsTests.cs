using System.Text.Json;
using FinOps.Domain.Budgets;
using FinOps.Platform.Budgets;

namespace FinOps.Platform.Tests.Budgets;

public sealed class StoredBudgetEventsTests
{
    private static readonly Type[] Stored = [typeof(BudgetCreatedV1), typeof(BudgetChangedV1), typeof(BudgetClosedV1), typeof(ThresholdCrossedV1)];

    /// <summary>What was stored long ago still means what it meant: read into the domain and written again, it is the same.</summary>
    [Theory]
    [InlineData("budget_created_v1", 0)]
    [InlineData("budget_changed_v1", 1)]
    [InlineData("budget_closed_v1", 2)]
    [InlineData("threshold_crossed_v1", 3)]
    public void A_stored_event_keeps_its_meaning(string alias, int type)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Events", $"{alias}.json"));
        var stored = JsonSerializer.Deserialize(text, Stored[type], JsonSerializerOptions.Web)!;

        var again = StoredBudgetEvents.ToDomain(stored).ToStored();

        Assert.Equal(JsonSerializer.Serialize(stored, Stored[type]), JsonSerializer.Serialize(again, Stored[type]));
    }

    [Fact]
    public void Every_event_of_the_domain_can_be_stored() => Assert.Equal(
        Stored.Length, typeof(BudgetEvent).Assembly.GetTypes().Count(t => t.IsSubclassOf(typeof(BudgetEvent))));
}
