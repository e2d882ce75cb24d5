using FinOps.Domain.Pricing;
using FinOps.Domain.Values;
using FinOps.Platform.Storage;
using Npgsql;

namespace FinOps.Platform.Pricing;

/// <summary>What a tenant owes for a window: rates × quantities, exact.</summary>
/// <param name="Charge">The sum over all priced usage in the currency asked for.</param>
/// <param name="UnpricedTokens">Tokens that no rate card priced in that currency: shown, never taken for zero.</param>
public sealed record TenantCharge(Money Charge, long UnpricedTokens);

/// <summary>Answers from the buckets and the rate cards; one function for reports and budgets.</summary>
public sealed class TenantCharges(NpgsqlDataSource database, LiveBooks books)
{
    // The database sums per stretch in which one card holds, so a month of a tenant is a row per model and price change, however busy.
    private static readonly string PerCard =
        $"""
         select s.model, card.index, {Columns.Sums("b")}
         from finops.series s
         join finops.bucket b on b.series = s.id and b.slot >= $2 and b.slot < $3
         left join unnest($4::text[], $5::int[], $6::int[]) with ordinality card (model, first, "end", index)
           on card.model = s.model and b.slot >= card.first and b.slot < card."end"
         where s.tenant = $1
         group by s.model, card.index
         """;

    public async Task<TenantCharge> ChargeAsync(TenantId tenant, Window window, Currency currency, CancellationToken cancellation)
    {
        var rates = (await books.NowAsync(cancellation)).Rates;
        var stretches = rates.Models.SelectMany(model => rates.Of(tenant, model).Between(window.FirstSlot, window.EndSlot)).ToList();
        await using var command = database.CreateCommand(PerCard);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = window.FirstSlot.Index });
        command.Parameters.Add(new NpgsqlParameter { Value = window.EndSlot.Index });
        command.Parameters.Add(new NpgsqlParameter { Value = stretches.Select(s => s.Card.Model.Value).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = stretches.Select(s => s.First.Index).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = stretches.Select(s => s.End.Index).ToArray() });

        var amount = 0m;
        long unpriced = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var quantities = Columns.Quantities(reader, first: 2);
            var card = reader.IsDBNull(1) ? null : stretches[(int)reader.GetInt64(1) - 1].Card;
            var charge = card is not null && card.Currency == currency ? card.ChargeFor(quantities) : new Charge(0, quantities.Total, 0);
            amount += charge.Amount;
            unpriced += charge.UnpricedTokens;
        }

        return new TenantCharge(new Money(amount, currency), unpriced);
    }
}
