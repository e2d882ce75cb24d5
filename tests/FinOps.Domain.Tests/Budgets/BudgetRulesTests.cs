using FinOps.Domain.Budgets;
using static FinOps.Domain.Tests.Budgets.BudgetScenario;

namespace FinOps.Domain.Tests.Budgets;

public sealed class BudgetRulesTests
{
    private static readonly BudgetDraft Good = new() { Tenant = "acme", Amount = 500m, Currency = "USD" };

    [Fact]
    public void What_is_not_said_is_a_monthly_budget_in_utc_from_this_month_with_the_usual_thresholds()
    {
        Assert.Empty(BudgetRules.Read(Good, "acme-monthly", DateInUtc, Now, out var terms));

        Assert.Equal(Terms(), terms);
    }

    [Fact]
    public void A_start_alone_is_monthly_from_its_month_and_a_start_with_an_end_is_custom()
    {
        BudgetRules.Read(Good with { Period = new() { Start = Now.AddMonths(-2) } }, "a", DateInUtc, Now, out var monthly);
        BudgetRules.Read(Good with { Period = new() { Start = November.From, End = November.To } }, "a", DateInUtc, Now, out var custom);

        Assert.Equal(new BudgetPeriod.Monthly(new CalendarMonth(2026, 9), "UTC"), monthly!.Period);
        Assert.Equal(new BudgetPeriod.Custom(November, "UTC"), custom!.Period);
    }

    [Fact]
    public void All_flaws_are_named_at_once_each_with_its_field()
    {
        var draft = new BudgetDraft
        {
            Amount = 0m,
            Currency = "XXQ",
            Period = new() { TimeZone = "Mars/Olympus", Start = November.From.AddMinutes(1), End = November.From },
            Thresholds = [80m, 50m],
            WebhookUrl = "ftp://example.com/",
        };

        var flaws = BudgetRules.Read(draft, "a/b", DateInUtc, Now, out var terms);

        Assert.Null(terms);
        Assert.Equal(
            ["id", "tenant", "amount", "currency", "thresholds", "period.timeZone", "period.start", "period.end", "webhook.url"],
            flaws.Select(f => f.Field));
    }

    [Theory]
    [InlineData(0, "amount_not_positive")]
    [InlineData(-5, "amount_not_positive")]
    [InlineData(2_000_000_000_000, "amount_too_large")]
    [InlineData(0.000000001, "amount_too_fine")]
    public void An_amount_is_positive_bounded_and_not_too_fine(double amount, string code) =>
        Assert.Equal(code, CodeOf(Good with { Amount = (decimal)amount }));

    [Theory]
    [InlineData("thresholds_missing")]
    [InlineData("thresholds_not_ascending", 80.0, 50.0)]
    [InlineData("thresholds_not_ascending", 50.0, 50.0)]
    [InlineData("threshold_out_of_range", 0.0, 50.0)]
    [InlineData("threshold_out_of_range", 50.0, 1000.01)]
    [InlineData("threshold_too_fine", 12.345)]
    [InlineData("thresholds_too_many", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0)]
    public void Thresholds_are_some_ascending_distinct_and_bounded(string code, params double[] percents) =>
        Assert.Equal(code, CodeOf(Good with { Thresholds = percents.Select(p => (decimal)p).ToArray() }));

    [Theory]
    [InlineData("usd")]
    [InlineData("US")]
    [InlineData("ABC")]
    [InlineData(null)]
    [InlineData("")]
    public void A_currency_is_one_that_exists(string? currency) => Assert.Equal("currency_unknown", CodeOf(Good with { Currency = currency }));

    [Theory]
    [InlineData("/relative")]
    [InlineData("not a url")]
    [InlineData("ftp://example.com/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.com/")]
    [InlineData("https://user:word@example.com/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public void A_webhook_is_an_http_url_without_user_information(string url) =>
        Assert.Equal("webhook_url_invalid", CodeOf(Good with { WebhookUrl = url }));

    [Fact]
    public void An_end_without_a_start_and_a_period_off_the_boundary_are_refused()
    {
        Assert.Equal("period_start_missing", CodeOf(Good with { Period = new() { End = November.To } }));
        Assert.Equal("period_empty", CodeOf(Good with { Period = new() { Start = November.From, End = November.From } }));
        Assert.Equal("period_off_boundary", CodeOf(Good with { Period = new() { Start = November.From, End = November.To.AddMinutes(1) } }));
        Assert.Equal("period_out_of_range", CodeOf(Good with { Period = new() { Start = DateTimeOffset.MinValue } }));
    }

    [Fact]
    public void The_largest_limit_is_exact()
    {
        var amount = BudgetRules.MaxAmount - 0.00000001m;

        Assert.Equal(9_999_899_999_999.999999900001m, BudgetRules.Limit(amount, 999.99m));
    }

    [Fact]
    public void An_alert_is_named_after_its_budget_period_and_threshold_without_a_dot()
    {
        Assert.Equal("alert_acme-monthly_2026-11-01T0000Z_80", AlertId.Of(Id, new Crossing(November.From, 80m)));
        Assert.Equal("alert_a~2eb~20c~c3~a9_2026-11-01T0000Z_12~2e5", AlertId.Of(new BudgetId("a.b cé"), new Crossing(November.From, 12.5m)));
    }

    private static string CodeOf(BudgetDraft draft) => Assert.Single(BudgetRules.Read(draft, "acme-monthly", DateInUtc, Now, out _)).Code;
}
