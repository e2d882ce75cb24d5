using FinOps.Domain.Currencies;
using FinOps.Domain.Reporting;
using FinOps.Domain.Tests.Reporting;
using FinOps.Domain.Values;

namespace FinOps.Domain.Tests.Currencies;

public sealed class ExchangeTests
{
    private static readonly Currency Eur = new("EUR");

    [Fact]
    public void A_report_in_another_currency_converts_each_cost_at_the_rate_of_its_hour()
    {
        var books = Costs.Books([Costs.Fleet("f1", 10m)], [Costs.Rates("m", 1, 2)]) with
        {
            Exchange = new ExchangeBook([Rate("USD", "EUR", 0.9m), Rate("USD", "EUR", 0.8m, hour: 1)]),
        };

        var summary = Costs.Ask(
            books, [Costs.Used("acme", "m", "f1", 0, 1_000_000, 0), Costs.Used("acme", "m", "f1", 1, 1_000_000, 500_000)], [Dimension.Hour], toHour: 3, currency: Eur);

        Assert.Equal(Eur, summary.Currency);
        Assert.Equal([9m, 8m, 8m], summary.Rows.Select(r => r.Cell.Cost!.Value));
        Assert.Equal([0.9m, 1.6m], summary.Rows.Take(2).Select(r => r.Cell.Charge!.Value));
        Assert.Equal([0.9m, 0.8m], summary.ExchangeRates.Select(r => r.Rate));
    }

    [Fact]
    public void Fleets_of_two_currencies_add_up_in_the_one_that_is_asked_for()
    {
        var books = Costs.Books([Costs.Fleet("f1", 10m), Costs.Fleet("f2", 100m, currency: "JPY")]) with
        {
            Exchange = new ExchangeBook([Rate("JPY", "USD", 0.0066666667m)]),
        };

        var summary = Costs.Ask(books, [Costs.Used("acme", "m", "f2", 0, 3, 0), Costs.Used("globex", "m", "f2", 0, 4, 0)], [Dimension.Fleet], toHour: 2, currency: Currency.Usd);

        Assert.Equal(20m + 2 * 0.66666667m, summary.Total.Cost);
        Assert.Throws<RejectedException>(() => Costs.Ask(books, [], toHour: 2));
    }

    [Fact]
    public void A_rate_that_is_missing_is_named_with_its_time()
    {
        var books = Costs.Books([Costs.Fleet("f1", 10m)]) with { Exchange = new ExchangeBook([Rate("EUR", "USD", 1.1m), Rate("USD", "EUR", 0.9m, hour: 1)]) };

        var refused = Assert.Throws<RejectedException>(() => Costs.Ask(books, [], toHour: 2, currency: Eur));

        var rejection = Assert.Single(refused.Rejections);
        Assert.Equal(("exchange_rate_missing", "currency"), (rejection.Code, rejection.Field));
        Assert.Contains("fleet f1 is in USD, and no rate into EUR holds at 2026-03-01T00:00Z", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_converted_the_rows_sum_to_the_fleets_cost()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var rate = 0.0000000001m * random.NextInt64(1_000_000, 90_000_000_000);
            var cost = 0.000000000001m * random.NextInt64(1, 90_000_000_000_000);
            var books = Costs.Books([Costs.Fleet("f1", cost)]) with { Exchange = new ExchangeBook([Rate("USD", "EUR", rate)]) };
            var usage = Enumerable.Range(0, random.Next(1, 9)).Select(i => Costs.Used($"t{i}", "m", "f1", 0, random.Next(1, 1_000_000), random.Next(1_000))).ToList();

            var rows = Costs.Ask(books, usage, [Dimension.Tenant], toHour: 1, currency: Eur).Rows;

            Assert.Equal(decimal.Round(cost * rate, 12, MidpointRounding.ToEven), rows.Sum(r => r.Cell.Cost!.Value));
        }
    }

    [Theory]
    [InlineData("USD", "USD", 1, "target")]
    [InlineData("USD", "EURO", 1, "target")]
    [InlineData("usd", "EUR", 1, "source")]
    [InlineData("USD", "EUR", 0, "rate")]
    [InlineData("USD", "EUR", -1, "rate")]
    [InlineData("USD", "EUR", 2_000_000, "rate")]
    public void What_no_rate_can_be_is_refused_by_field(string source, string target, int rate, string field) =>
        Assert.Equal(field, Assert.Throws<RejectedException>(() => new SetExchangeRate(source, target, null, rate).Decide(Costs.Start)).Rejections.Single().Field);

    private static ExchangeRate Rate(string source, string target, decimal rate, double hour = 0) =>
        new SetExchangeRate(source, target, Costs.Start.AddHours(hour), rate).Decide(Costs.Start);
}
