using System.Data;
using FinOps.Domain.Pricing;
using FinOps.Domain.Reporting;
using FinOps.Domain.Values;
using FinOps.Platform.Reporting;
using FinOps.Platform.Storage;
using Npgsql;

namespace FinOps.Platform.Pricing;

/// <summary>What a tenant owes for a window, exact.</summary>
/// <param name="Charge">The sum over all priced usage in the currency asked for.</param>
/// <param name="UnpricedTokens">Tokens that no rate card priced in that currency: shown, never taken for zero.</param>
public sealed record TenantCharge(Money Charge, long UnpricedTokens);

/// <summary>Answers budgets from the buckets and the rate cards with the charge that reports tell.</summary>
public sealed class TenantCharges(NpgsqlDataSource database, LiveBooks books, TimeProvider clock)
{
    private const int SlotsPerDay = 96;

    // The database sums per stretch in which one card holds, so a month of a tenant is a row per price, however busy.
    private static readonly string PerPrice =
        $"""
         select price.place, {Columns.Sums("b")}
         from finops.bucket b
         left join unnest($4::int[], $5::int[], $6::int[], $7::int[]) price (series, first, "end", place)
           on price.series = b.series and b.slot >= price.first and b.slot < price."end"
         where b.series = any($1) and b.slot >= $2 and b.slot < $3
         group by price.place
         """;

    public async Task<TenantCharge> ChargeAsync(TenantId tenant, Window window, Currency currency, CancellationToken cancellation) =>
        // Before the connection: who asks for a second one while holding a first can starve the pool.
        await ChargeAsync(tenant, window, currency, await books.NowAsync(cancellation), cancellation);

    internal async Task<TenantCharge> ChargeAsync(TenantId tenant, Window window, Currency currency, Books now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        return await ChargeAsync(tenant, window, currency, now, connection, cancellation);
    }

    /// <param name="tenant">Whose usage.</param>
    /// <param name="window">In event time.</param>
    /// <param name="currency">Asked for.</param>
    /// <param name="now">The rates.</param>
    /// <param name="connection">In a transaction whose snapshot is the usage that counts.</param>
    /// <param name="cancellation">Stops waiting.</param>
    internal async Task<TenantCharge> ChargeAsync(
        TenantId tenant, Window window, Currency currency, Books now, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var series = await SeenSeries.OfAsync(connection, [tenant], cancellation);
        var stretches = series.SelectMany(s => now.Rates.Of(tenant, s.Series.Model).Between(window.FirstSlot, window.EndSlot)
            .Select(r => new Stretch(s.Id, r.First, r.End, new SeriesPrice(r.Card, s.Series.RateClass)))).ToList();
        // By the units of the month, or by cost: then slot by slot, as a report does.
        return stretches.Any(s => s.Price.Card.IsGraduated || s.Price.Card.IsMarkup)
            ? await BySlotAsync(tenant, window, currency, now, connection, cancellation)
            : await PerPriceAsync([.. series.Select(s => s.Id)], stretches, window, currency, connection, cancellation);
    }

    /// <returns>The UTC days whose charge may have changed with these: to the end of their month where cards count the month's units.</returns>
    public static IReadOnlyCollection<int> Reached(IReadOnlyCollection<int> days, RateBook rates)
    {
        if (!rates.HasGraduated) return days;
        return [.. days.SelectMany(day => Enumerable.Range(day, VolumeMonth.Holding(new QuarterHour(day * SlotsPerDay)).End.Index / SlotsPerDay - day)).Distinct()];
    }

    private static async Task<TenantCharge> PerPriceAsync(
        int[] series, List<Stretch> stretches, Window window, Currency currency, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var prices = stretches.Select(s => s.Price).Distinct().ToList();
        await using var command = new NpgsqlCommand(PerPrice, connection);
        foreach (var value in (object[])
        [
            series, window.FirstSlot.Index, window.EndSlot.Index, stretches.Select(s => s.Series).ToArray(),
            stretches.Select(s => s.First.Index).ToArray(), stretches.Select(s => s.End.Index).ToArray(),
            stretches.Select(s => prices.IndexOf(s.Price)).ToArray(),
        ])
            command.Parameters.Add(new NpgsqlParameter { Value = value });

        var amount = 0m;
        long unpriced = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var quantities = Columns.Quantities(reader, first: 1);
            var price = reader.IsDBNull(0) ? null : prices[reader.GetInt32(0)];
            var charge = price is not null && price.Card.Currency == currency
                ? price.Card.ChargeFor(quantities, price.RateClass)
                : new Charge(0, quantities.Total, 0);
            amount += charge.Amount;
            unpriced += charge.UnpricedTokens;
        }

        return new TenantCharge(new Money(amount, currency), unpriced);
    }

    private async Task<TenantCharge> BySlotAsync(
        TenantId tenant, Window window, Currency currency, Books now, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var question = new UnitCostQuestion
        {
            Window = window,
            GroupBy = [],
            Buckets = TimeBuckets.None,
            Tenants = new HashSet<TenantId> { tenant },
            Models = null,
            Fleets = null,
            ShowsCost = false,
            ChargeCurrency = currency,
            Now = clock.GetUtcNow(),
        };
        var reading = await ReadUnitCost.OfAsync(connection, question, now, cancellation);
        var total = (await reading.SumAsync(connection, question, now, asOf: null, cancellation)).Total;
        return new TenantCharge(new Money(total.Charge ?? 0, currency), total.UnpricedTokens);
    }

    /// <summary>What a sum of quantities is priced by.</summary>
    private sealed record SeriesPrice(RateCard Card, RateClass RateClass);

    private sealed record Stretch(int Series, QuarterHour First, QuarterHour End, SeriesPrice Price);
}
