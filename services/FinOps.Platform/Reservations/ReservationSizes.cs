using FinOps.Domain.Reservations;
using FinOps.Domain.Values;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Reservations;

/// <summary>How much each hard budget takes of a call, in the budget's own unit.</summary>
internal sealed class ReservationSizes(EstimateCharge estimate, ILogger<ReservationSizes> log)
{
    /// <param name="gates">That are asked.</param>
    /// <param name="call">Of this size.</param>
    /// <param name="moneyField">As the body calls its money.</param>
    /// <returns>Which of them the call's size cannot be told for, and why.</returns>
    public static IReadOnlyList<(GateEntry Gate, Rejection Flaw)> Missing(IReadOnlyList<GateEntry> gates, AskedCall call, string moneyField) =>
        [.. gates.Select(gate => (gate, Flaw: call.Size.FlawFor(gate.Measure, moneyField, call.Said.Model is not null))).Where(g => g.Flaw is not null).Select(g => (g.gate, g.Flaw!))];

    /// <summary>An estimate is cut up to what a reservation holds: what is a hair too much never overshoots.</summary>
    /// <param name="gate">None of <see cref="Missing"/>.</param>
    /// <param name="call">Of this size.</param>
    /// <param name="isNew">While the rates are away, a reservation at an open budget needs no amount.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="RejectedException">The tokens have no price.</exception>
    /// <exception cref="GateAwayException">The rates are away.</exception>
    public async Task<decimal> OfAsync(GateEntry gate, AskedCall call, bool isNew, CancellationToken cancellation)
    {
        if (call.Size.Of(gate.Measure) is { } known) return known;
        try
        {
            var exact = await estimate.OfAsync(gate.Tenant, call, gate.Currency, cancellation);
            return decimal.Round(exact, ReservationRules.MaxDecimals, MidpointRounding.ToPositiveInfinity);
        }
        catch (Exception away) when (away.Passes())
        {
            // Rates are in the books, too; without an amount an open budget grants all the same.
            log.LogWarning("The rates for budget {Budget} are away: {Reason}", gate.Budget, away.Message);
            return isNew && gate.WhenAway == Domain.Budgets.WhenAway.Open ? 0 : throw new GateAwayException(gate.Budget);
        }
    }
}
