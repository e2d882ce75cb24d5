using FinOps.Domain.Metering;
using FinOps.Domain.Reservations;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Hosting;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Logging;

namespace FinOps.Platform.Reservations;

/// <summary>A hard budget that stays closed while the books are away.</summary>
internal sealed class GateAwayException(string budget) : Exception($"The books of budget {budget} are away, and it grants nothing without them.");

/// <summary>Checks an order against the credential and the rules, brings it to every hard budget that it concerns, and tells what came of it.</summary>
internal sealed class ReservationDesk(GateDirectory directory, EstimateCharge estimate, IGrainFactory grains, TimeProvider clock, ILogger<ReservationDesk> log)
{
    private const string Books = "books";
    private const string Away = "away";

    /// <exception cref="RejectedException">Names every flaw; nothing is held.</exception>
    /// <exception cref="GateAwayException">A budget's choice.</exception>
    public async Task<ReservationAnswer> ReserveAsync(ReservationBody body, Viewer viewer, CancellationToken cancellation)
    {
        var ttl = body.TtlSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : ReservationRules.UsualTtl;
        var flaws = ReservationRules.Flaws(body.Key, body.Amount, ttl).ToList();
        if (body.Actual is not null) flaws.Add(new Rejection("actual_misplaced", "actual", "What it cost is said with the commit; name the estimate as `amount`."));
        if (body.Amount is null == body.Quantities is null) flaws.Add(new Rejection("amount_missing", "amount", "Name either the amount, or `model` and `quantities`."));
        var gates = await GatesAsync(body, viewer, flaws, cancellation);
        var orders = await OrdersAsync(GateVerb.Reserve, body.Key!, body.Amount, ttl, body, gates, cancellation);
        var answers = await AskAllAsync(orders);
        if (answers.All(a => a.Reply.Verdict == GateVerdict.Granted)) return Told(body.Key!, "granted", answers);
        // All or none: what the others granted goes back. Where that is lost, it lapses.
        await Task.WhenAll(answers.Where(a => a is { Reply.Verdict: GateVerdict.Granted, Basis: Books })
            .Select(a => AskAsync(a.Gate, new GateOrder(GateVerb.Release, body.Key!, 0, default, null, null))));
        Refuse(answers);
        return Told(body.Key!, "refused", answers);
    }

    /// <exception cref="RejectedException">Names every flaw; nothing is changed.</exception>
    /// <exception cref="GateAwayException">The books are away: say it again. Whatever becomes of it, the record will count.</exception>
    public async Task<ReservationAnswer> CommitAsync(string key, ReservationBody body, Viewer viewer, CancellationToken cancellation)
    {
        var flaws = ReservationRules.KeyFlaws(key);
        if (body.Actual is { } actual) flaws.AddRange(ReservationRules.AmountFlaws(actual, "actual"));
        if (body.Amount is not null) flaws.Add(new Rejection("amount_misplaced", "amount", "The estimate was said with the reservation; name what it cost as `actual`."));
        if (body.Actual is null == body.Quantities is null) flaws.Add(new Rejection("actual_missing", "actual", "Name either what it cost, or `model` and `quantities`."));
        var gates = await GatesAsync(body, viewer, flaws, cancellation);
        return await EndAsync("committed", key, await OrdersAsync(GateVerb.Commit, key, body.Actual, default, body, gates, cancellation));
    }

    /// <exception cref="RejectedException">Names every flaw; nothing is changed.</exception>
    /// <exception cref="GateAwayException">The books are away: say it again, or let it lapse.</exception>
    public async Task<ReservationAnswer> ReleaseAsync(string key, string? budget, string? tenant, Viewer viewer, CancellationToken cancellation)
    {
        var body = new ReservationBody { Budget = budget, Tenant = tenant };
        var gates = await GatesAsync(body, viewer, ReservationRules.KeyFlaws(key), cancellation);
        return await EndAsync("released", key, [.. gates.Select(g => (g, new GateOrder(GateVerb.Release, key, 0, default, null, null)))]);
    }

    private async Task<ReservationAnswer> EndAsync(string verdict, string key, IReadOnlyList<(GateEntry Gate, GateOrder Order)> orders)
    {
        var answers = await Task.WhenAll(orders.Select(async o => new Answered(o.Gate, await AskAsync(o.Gate, o.Order), Books)));
        // A budget that became a hard one since the reservation knows nothing of it.
        var knowing = answers.Where(a => a.Reply.Code is not ("reservation_unknown" or "budget_not_hard")).ToArray();
        if (knowing.Length > 0) answers = knowing;
        Refuse(answers);
        if (answers.FirstOrDefault(a => a.Reply.Verdict == GateVerdict.Away) is { } away) throw new GateAwayException(away.Gate.Budget);
        return Told(key, verdict, answers);
    }

    /// <summary>Which hard budgets an order concerns: the one that it names, or all of the tenant's.</summary>
    private async Task<IReadOnlyList<GateEntry>> GatesAsync(ReservationBody body, Viewer viewer, List<Rejection> flaws, CancellationToken cancellation)
    {
        if (body.Record is { } record)
        {
            if (Name.Flaw(record.Source) is { } sourceFlaw) flaws.Add(new Rejection("record_source_invalid", "record.source", $"The source {sourceFlaw}."));
            if (Name.Flaw(record.Id) is { } idFlaw) flaws.Add(new Rejection("record_id_invalid", "record.id", $"The id {idFlaw}."));
        }

        var tenant = body.Tenant ?? (body.Budget is null && viewer.Tenants is [var own] ? own.Value : null);
        IReadOnlyList<GateEntry> gates = [];
        if (body.Budget is { } budget)
        {
            if (await directory.FindAsync(budget, cancellation) is { } gate && viewer.MaySee(gate.Tenant) && (tenant is null || gate.Tenant.Value == tenant)) gates = [gate];
            else flaws.Add(new Rejection("budget_not_hard", "budget", "There is no hard budget with this id; `setBudgetGate` makes a budget one."));
        }
        else if (Name.Flaw(tenant) is { } flaw)
        {
            flaws.Add(new Rejection("scope_missing", "budget", $"Name the budget, or the tenant: the tenant {flaw}."));
        }
        else if (!viewer.MaySee(new TenantId(tenant!)))
        {
            flaws.Add(new Rejection("tenant_not_allowed", "tenant", "This key may not reserve for that tenant."));
        }
        else
        {
            gates = await directory.OfAsync(new TenantId(tenant!), cancellation);
            if (gates.Count > Limits.GatesPerReservation)
                flaws.Add(new Rejection("too_many_budgets", "tenant", $"This tenant has more than {Limits.GatesPerReservation} hard budgets; name one."));
        }

        return flaws.Count > 0 ? throw new RejectedException(flaws) : gates;
    }

    private async Task<IReadOnlyList<(GateEntry Gate, GateOrder Order)>> OrdersAsync(
        GateVerb verb, string key, decimal? amount, TimeSpan ttl, ReservationBody body, IReadOnlyList<GateEntry> gates, CancellationToken cancellation)
    {
        var orders = new List<(GateEntry, GateOrder)>();
        foreach (var gate in gates)
        {
            RecordKey? record = body.Record is { } named ? RecordKey.Of(gate.Tenant, named.Source!, named.Id!) : null;
            orders.Add((gate, new GateOrder(verb, key, amount ?? await EstimatedAsync(gate, body, cancellation), ttl, record?.High, record?.Low)));
        }

        return orders;
    }

    /// <summary>Cut up to what a reservation holds: what is a hair too much never overshoots.</summary>
    private async Task<decimal> EstimatedAsync(GateEntry gate, ReservationBody body, CancellationToken cancellation)
    {
        try
        {
            var exact = await estimate.OfAsync(gate.Tenant, body.Model, body.Quantities!, gate.Currency, cancellation);
            return decimal.Round(exact, ReservationRules.MaxDecimals, MidpointRounding.ToPositiveInfinity);
        }
        catch (Exception away) when (away.Passes())
        {
            // Rates are in the books, too; without an amount an open budget grants all the same.
            log.LogWarning("The rates for budget {Budget} are away: {Reason}", gate.Budget, away.Message);
            return gate.WhenAway == WhenAway.Open ? 0 : throw new GateAwayException(gate.Budget);
        }
    }

    private async Task<Answered[]> AskAllAsync(IReadOnlyList<(GateEntry Gate, GateOrder Order)> orders)
    {
        var answers = await Task.WhenAll(orders.Select(async o => new Answered(o.Gate, await AskAsync(o.Gate, o.Order), Books)));
        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i] is not { Reply.Verdict: GateVerdict.Away } away) continue;
            if (away.Gate.WhenAway == WhenAway.Closed) throw new GateAwayException(away.Gate.Budget);
            answers[i] = away with { Reply = new GateReply(GateVerdict.Granted, 0, 0, null), Basis = Away };
        }

        return answers;
    }

    /// <summary>Whatever keeps the gate from answering in time is the books being away.</summary>
    private async Task<GateReply> AskAsync(GateEntry gate, GateOrder order)
    {
        try
        {
            return await grains.GetGrain<IGateGrain>(gate.Budget).AskAsync(order).WaitAsync(Limits.ReservationPatience, clock);
        }
        catch (Exception away) when (away is TimeoutException or OrleansException || away.Passes())
        {
            log.LogWarning("The gate of budget {Budget} did not answer: {Reason}", gate.Budget, away.Message);
            return GateReply.Away(away.Message);
        }
    }

    private static void Refuse(IReadOnlyList<Answered> answers)
    {
        var flaws = answers.Where(a => a.Reply.Verdict == GateVerdict.Rejected)
            .Select(a => new Rejection(a.Reply.Code!, a.Reply.Field!, answers.Count == 1 ? a.Reply.Message! : $"Budget {a.Gate.Budget}: {a.Reply.Message}")).ToList();
        if (flaws.Count > 0) throw new RejectedException(flaws);
    }

    private static ReservationAnswer Told(string key, string verdict, IReadOnlyList<Answered> answers) => new(key, verdict, [.. answers.Select(a => new BudgetAnswered(
        a.Gate.Budget, $"{a.Reply.Verdict}".ToLowerInvariant(), a.Reply.Amount, a.Reply.Left, a.Gate.Currency.Code, a.Reply.ExpiresAt,
        $"{a.Gate.WhenAway}".ToLowerInvariant(), a.Basis))]);

    private sealed record Answered(GateEntry Gate, GateReply Reply, string Basis);
}
