using FinOps.Domain.Budgets;
using FinOps.Domain.Metering;
using FinOps.Domain.Reservations;
using FinOps.Domain.Values;
using FinOps.Platform.Access;
using FinOps.Platform.Budgets;
using FinOps.Platform.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FinOps.Platform.Reservations;

/// <summary>A hard budget that stays closed while the books are away.</summary>
internal sealed class GateAwayException(string budget) : Exception($"The books of budget {budget} are away, and it grants nothing without them.");

/// <summary>Checks an order against the credential and the rules, brings it to every hard budget that it concerns, and tells what came of it.</summary>
internal sealed class ReservationDesk(
    ConcernedGates concerned, ReservationSizes sizes, IGrainFactory grains, TimeProvider clock, IOptions<ReservationOptions> options,
    ILogger<ReservationDesk> log)
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
        var call = AskedCall.Read(body, body.Amount, flaws);
        AddRecordFlaws(body.Record, flaws);
        var gates = await concerned.OfAsync(body, call.Said, isNew: true, viewer, flaws, cancellation);
        flaws.AddRange(GateFlaws.Merged(ReservationSizes.Missing(gates, call, "amount")));
        if (flaws.Count > 0) throw new RejectedException(flaws);
        var orders = await OrdersAsync(GateVerb.Reserve, body.Key!, ttl, call, body.Record, gates, cancellation);
        var answers = await AskAllAsync(orders);
        if (answers.All(a => a.Reply.Verdict == GateVerdict.Granted)) return Told(body.Key!, "granted", answers);
        // All or none: what the others granted goes back. Where that is lost, it lapses.
        await Task.WhenAll(answers.Where(a => a is { Reply.Verdict: GateVerdict.Granted, Basis: Books })
            .Select(a => AskAsync(a.Gate, new GateOrder(GateVerb.Return, body.Key!, 0, default, null, null))));
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
        var call = AskedCall.Read(body, body.Actual, flaws);
        AddRecordFlaws(body.Record, flaws);
        var gates = await concerned.OfAsync(body, call.Said, isNew: false, viewer, flaws, cancellation);
        var missing = ReservationSizes.Missing(gates, call, "actual");
        if (flaws.Count == 0 && missing.Count > 0 && body.Budget is null) (gates, missing) = await WithoutStrangersAsync(key, gates, missing);
        flaws.AddRange(GateFlaws.Merged(missing));
        if (flaws.Count > 0) throw new RejectedException(flaws);
        return await EndAsync("committed", key, await OrdersAsync(GateVerb.Commit, key, default, call, body.Record, gates, cancellation));
    }

    /// <exception cref="RejectedException">Names every flaw; nothing is changed.</exception>
    /// <exception cref="GateAwayException">The books are away: say it again, or let it lapse.</exception>
    public async Task<ReservationAnswer> ReleaseAsync(string key, ReservationBody body, Viewer viewer, CancellationToken cancellation)
    {
        var flaws = ReservationRules.KeyFlaws(key);
        var gates = await concerned.OfAsync(body, AskedCall.Read(body, money: null, flaws).Said, isNew: false, viewer, flaws, cancellation);
        if (flaws.Count > 0) throw new RejectedException(flaws);
        return await EndAsync("released", key, [.. gates.Select(g => (g, new GateOrder(GateVerb.Release, key, 0, default, null, null)))]);
    }

    private async Task<ReservationAnswer> EndAsync(string verdict, string key, IReadOnlyList<(GateEntry Gate, GateOrder Order)> orders)
    {
        var answers = await Task.WhenAll(orders.Select(async o => new Answered(o.Gate, await AskAsync(o.Gate, o.Order), Books)));
        var knowing = answers.Where(a => !IsStranger(a.Reply)).ToArray();
        if (knowing.Length > 0) answers = knowing;
        Refuse(answers);
        if (answers.FirstOrDefault(a => a.Reply.Verdict == GateVerdict.Away) is { } away) throw new GateAwayException(away.Gate.Budget);
        return Told(key, verdict, answers);
    }

    /// <summary>Whoever ends a reservation need not say what only budgets ask for that never held it.</summary>
    /// <exception cref="GateAwayException">Whether one of them held it cannot be told.</exception>
    private async Task<(IReadOnlyList<GateEntry> Gates, IReadOnlyList<(GateEntry, Rejection)> Missing)> WithoutStrangersAsync(
        string key, IReadOnlyList<GateEntry> gates, IReadOnlyList<(GateEntry Gate, Rejection Flaw)> missing)
    {
        var found = await Task.WhenAll(missing.Select(async m => new Answered(m.Gate, await AskAsync(m.Gate, new GateOrder(GateVerb.Find, key, 0, default, null, null)), Books)));
        if (found.FirstOrDefault(a => a.Reply.Verdict == GateVerdict.Away) is { } away) throw new GateAwayException(away.Gate.Budget);
        var strangers = found.Where(a => IsStranger(a.Reply)).Select(a => a.Gate).ToHashSet();
        if (strangers.Count == gates.Count) Refuse(found);
        return ([.. gates.Where(g => !strangers.Contains(g))], [.. missing.Where(m => !strangers.Contains(m.Gate))]);
    }

    /// <summary>A budget of another scope, or one that became a hard one since the reservation.</summary>
    private static bool IsStranger(GateReply reply) => reply.Code is "reservation_unknown" or "budget_not_hard";

    private static void AddRecordFlaws(RecordName? record, List<Rejection> flaws)
    {
        if (record is null) return;
        if (Name.Flaw(record.Source) is { } sourceFlaw) flaws.Add(new Rejection("record_source_invalid", "record.source", $"The source {sourceFlaw}."));
        if (Name.Flaw(record.Id) is { } idFlaw) flaws.Add(new Rejection("record_id_invalid", "record.id", $"The id {idFlaw}."));
    }

    private async Task<IReadOnlyList<(GateEntry Gate, GateOrder Order)>> OrdersAsync(
        GateVerb verb, string key, TimeSpan ttl, AskedCall call, RecordName? named, IReadOnlyList<GateEntry> gates, CancellationToken cancellation)
    {
        var orders = new List<(GateEntry, GateOrder)>();
        foreach (var gate in gates)
        {
            RecordKey? record = named is null ? null : RecordKey.Of(gate.Tenant, named.Source!, named.Id!);
            orders.Add((gate, new GateOrder(verb, key, await sizes.OfAsync(gate, call, verb == GateVerb.Reserve, cancellation), ttl, record?.High, record?.Low)));
        }

        return orders;
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
            return await grains.GetGrain<IGateGrain>(gate.Budget).AskAsync(order).WaitAsync(options.Value.Patience, clock);
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
        a.Gate.Budget, $"{a.Reply.Verdict}".ToLowerInvariant(), a.Gate.Measure.ToStored(), a.Reply.Amount, a.Reply.Left, a.Gate.Currency.Code,
        a.Reply.ExpiresAt, $"{a.Gate.WhenAway}".ToLowerInvariant(), a.Basis))]);

    private sealed record Answered(GateEntry Gate, GateReply Reply, string Basis);
}
