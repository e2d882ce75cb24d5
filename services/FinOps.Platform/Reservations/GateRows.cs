using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Domain.Reservations;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FinOps.Platform.Reservations;

/// <summary>A gate as its rows tell it: without books, which are read when something is to be decided.</summary>
internal sealed record LoadedGate(Gate Gate, long Version);

/// <summary>Reads a gate's reservations when its grain wakes.</summary>
internal sealed class GateRows(NpgsqlDataSource database, TimeProvider clock, IOptions<ReservationOptions> options)
{
    /// <returns>Null when the budget is no hard one.</returns>
    public async Task<LoadedGate?> LoadAsync(BudgetId budget, CancellationToken cancellation)
    {
        // Both in one snapshot: a version with the reservations of another would let two writers grant the same money.
        await using var command = database.CreateCommand(
            """
            select g.version, r.key, r.amount, r.actual, r.stage, r.expires_at, r.due_at, r.key_high, r.key_low
            from finops.gate g left join finops.reservation r on r.budget_id = g.budget_id and r.due_at > $2
            where g.budget_id = $1 and g.is_hard
            """);
        command.CommandTimeout = (int)options.Value.Patience.TotalSeconds;
        command.Parameters.Add(new NpgsqlParameter { Value = budget.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = (clock.GetUtcNow() - ReservationRules.Remembered).ToUniversalTime() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        LoadedGate? loaded = null;
        while (await reader.ReadAsync(cancellation))
        {
            loaded ??= new LoadedGate(Gate.Empty, reader.GetInt64(0));
            if (!reader.IsDBNull(1)) loaded = loaded with { Gate = GateDecider.Evolve(loaded.Gate, new HoldChanged(Hold(reader))) };
        }

        return loaded;
    }

    private static Hold Hold(NpgsqlDataReader reader) => new(
        new ReservationKey(reader.GetString(1)), reader.GetDecimal(2), reader.GetFieldValue<DateTimeOffset>(5),
        reader.IsDBNull(7) ? null : new RecordKey(reader.GetInt64(7), reader.GetInt64(8)),
        Enum.Parse<HoldStage>(reader.GetString(4), ignoreCase: true), reader.GetDecimal(3), reader.GetFieldValue<DateTimeOffset>(6));
}
