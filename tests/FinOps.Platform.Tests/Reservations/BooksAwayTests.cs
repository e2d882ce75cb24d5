using FinOps.Domain.Budgets;
using FinOps.Platform.Tests.Budgets;
using FinOps.Platform.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace FinOps.Platform.Tests.Reservations;

/// <summary>Hard budgets whose books cannot be read, told by whoever waits no longer than two seconds.</summary>
public sealed class BooksAwayTests(BooksAwayTests.ImpatientHost host) : IClassFixture<BooksAwayTests.ImpatientHost>
{
    [Theory]
    [InlineData("shut", null, "closed")]
    [InlineData("ajar", WhenAway.Open, "open")]
    public async Task While_the_books_do_not_answer_a_budget_does_what_it_chose(string tenant, WhenAway? whenAway, string told)
    {
        var gateway = await Gateway.WithBudgetAsync(host, tenant, b => b.WhenAway = whenAway);
        await Eventually.SeeAsync(() => gateway.ReserveAsync("before", "10"), heard => heard.Status == 200 && heard.Basis == "books");
        await using (var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using (var hold = new NpgsqlCommand("lock table finops.gate in access exclusive mode", connection))
                await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            var away = await gateway.ReserveAsync("meanwhile", "20");
            Assert.Equal(told, away.WhenAway);
            if (whenAway == WhenAway.Open) Assert.Equal(("granted", "away"), (away.Verdict, away.Basis));
            else Assert.Equal(503, away.Status);
        }

        // The same key finds out what became of it, and holds once.
        var after = await Eventually.SeeAsync(() => gateway.ReserveAsync("meanwhile", "20"), heard => heard.Status == 200 && heard.Basis == "books");
        Assert.Equal(("granted", "70"), (after.Verdict, after.Left));
    }

    public sealed class ImpatientHost : AlertingHost
    {
        protected override void Configure(WebApplicationBuilder builder)
        {
            base.Configure(builder);
            builder.Configuration["Reservations:Patience"] = "00:00:02";
        }
    }
}
