using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Domain.Reporting;
using FinOps.Domain.Reservations;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Reservations;

public sealed class SaidCallTests
{
    private static readonly BudgetScope Scope = new(["m1", "m2"], ["f1"], [("team", "blue"), ("team", "green"), ("feature", "chat")]);

    [Fact]
    public void A_call_of_which_nothing_is_said_belongs_to_a_budget_of_everything_and_to_any_other_nobody_knows()
    {
        var silent = new SaidCall(null, null, null);
        Assert.Empty(silent.In(BudgetScope.Everything).Unsaid);
        Assert.Equal(["model", "fleet", "tags"], silent.In(Scope).Unsaid);
        Assert.Null(silent.In(Scope).OutsideBy);
    }

    [Theory]
    [InlineData("m1", "f1", "green", null)]
    [InlineData("m2", "f1", "blue", null)]
    [InlineData("m3", "f1", "blue", "model")]
    [InlineData("m1", "F1", "blue", "fleet")]
    [InlineData("m1", "", "blue", "fleet")]
    [InlineData("m1", "f1", "red", "tags")]
    [InlineData("m1", "f1", "", "tags")]
    public void A_call_belongs_to_a_scope_that_names_its_model_and_its_fleet_and_of_each_tag_its_value(string model, string fleet, string team, string? outsideBy)
    {
        var fit = new SaidCall(model, fleet, Tags(("feature", "chat"), ("team", team))).In(Scope);
        Assert.Equal(outsideBy, fit.OutsideBy);
        Assert.Empty(fit.Unsaid);
    }

    [Fact]
    public void What_is_outside_by_what_is_said_needs_no_further_word()
    {
        var fit = new SaidCall(null, "f2", null).In(Scope);
        Assert.Equal("fleet", fit.OutsideBy);
        Assert.Empty(fit.Unsaid);
    }

    /// <summary>A call is held where its record will count, and nowhere else.</summary>
    [Fact]
    public void A_call_belongs_to_a_scope_exactly_when_its_record_would_count_in_it()
    {
        string[] names = ["m1", "m2", "m3"];
        string?[] values = [null, "", "blue", "green", "red", "a-value-that-is-much-too-long-to-be-a-name-of-a-team", "other"];
        foreach (var scope in new[] { Scope, new BudgetScope([], [], [("team", "other")]), new BudgetScope(["m1"], [], []), new BudgetScope([], ["f1", "m2"], []) })
        {
            foreach (var (model, fleet, team, feature) in from m in names from f in new[] { "", "f1", "m2" } from t in values from c in values select (m, f, t, c))
            {
                var tags = Tags([.. new[] { ("feature", feature), ("team", team) }.Where(t => t.Item2 is not null).Select(t => (t.Item1, t.Item2!))]);
                var series = new UsageSeries(new TenantId("acme"), new ModelId(model), fleet.Length == 0 ? null : new FleetId(fleet), default, TagSet.Of(tags));
                Assert.Equal(Question(scope).Shows(series), new SaidCall(model, fleet, tags).In(scope).OutsideBy is null);
            }
        }
    }

    [Theory]
    [InlineData(BudgetMeasure.Charge, "0.25")]
    [InlineData(BudgetMeasure.Tokens, "16")]
    [InlineData(BudgetMeasure.InputTokens, "6")]
    [InlineData(BudgetMeasure.OutputTokens, "10")]
    [InlineData(BudgetMeasure.Requests, "1")]
    public void Each_budget_takes_of_a_call_what_it_counts(BudgetMeasure measure, string size)
    {
        var call = new CallSize(0.25m, Quantities.Of((UnitClass.UncachedInput, 2), (UnitClass.CacheRead, 4), (UnitClass.Output, 10), (UnitClass.Seconds, 99)));
        Assert.Null(call.FlawFor(measure, "amount", hasModel: false));
        Assert.Equal(decimal.Parse(size, System.Globalization.CultureInfo.InvariantCulture), call.Of(measure));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        var nothing = new CallSize(null, null);
        Assert.Equal(
            ["actual", "-", "quantities", "quantities", "quantities", "-"],
            new[] { BudgetMeasure.Charge, BudgetMeasure.Requests, BudgetMeasure.Tokens, BudgetMeasure.InputTokens, BudgetMeasure.OutputTokens, BudgetMeasure.Requests }
                .Select(m => nothing.FlawFor(m, "actual", hasModel: true)?.Field ?? "-"));
        var tokens = nothing with { Quantities = Quantities.Zero };
        Assert.Equal("model", tokens.FlawFor(BudgetMeasure.Charge, "amount", hasModel: false)!.Field);
        Assert.Null(tokens.FlawFor(BudgetMeasure.Charge, "amount", hasModel: true));
        // The rates tell.
        Assert.Null(tokens.Of(BudgetMeasure.Charge));
    }

    private static KeyValuePair<string, string>[] Tags(params (string Key, string Value)[] tags) => [.. tags.Select(t => KeyValuePair.Create(t.Key, t.Value))];

    private static UnitCostQuestion Question(BudgetScope scope) => new()
    {
        Window = GateWorld.November,
        GroupBy = [],
        Buckets = TimeBuckets.None,
        Tenants = null,
        Models = scope.Models.IsEmpty ? null : scope.Models.Select(m => new ModelId(m)).ToHashSet(),
        Fleets = scope.Fleets.IsEmpty ? null : scope.Fleets.Select(f => new FleetId(f)).ToHashSet(),
        Tags = scope.Tags.IsEmpty ? null : [.. scope.Tags.Select(t => (t.Key, (string?)t.Value))],
        ShowsCost = false,
        ChargeCurrency = null,
        Now = GateWorld.Start,
    };
}
