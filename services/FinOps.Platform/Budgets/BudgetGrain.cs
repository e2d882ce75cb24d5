using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Alerts;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FinOps.Platform.Budgets;

/// <summary>
/// One per tenant, holding all its budgets: they share their periods, so one question to the books serves them all, and only tenants with
/// usage are evaluated at all. One turn at a time; what is noted meanwhile waits in <see cref="BudgetNudges"/> and comes as one call.
/// </summary>
[Alias("finops.budget.v1")]
public interface IBudgetGrain : IGrainWithStringKey
{
    /// <summary>Creates, changes or closes a budget of this tenant.</summary>
    [Alias("write")]
    Task<BudgetAnswer> WriteAsync(BudgetOrder order);

    /// <summary>Usage of these UTC days (since 1970) was committed; null is any day.</summary>
    [Alias("evaluate")]
    Task EvaluateAsync(int[]? days);

    /// <summary>Likewise, where usage may have been taken back: looks also for thresholds that are crossed no longer.</summary>
    [Alias("review")]
    Task ReviewAsync(int[]? days);

    /// <summary>Evaluates whatever changed since this was last called and came to its end.</summary>
    [Alias("catch-up")]
    Task CatchUpAsync();
}

/// <summary>Flaws, or the webhook's secret where the order set one.</summary>
[GenerateSerializer, Immutable]
[Alias("finops.budget-answer.v1")]
public sealed record BudgetAnswer([property: Id(0)] string? Secret, [property: Id(1)] IReadOnlyList<BudgetFlaw> Flaws)
{
    public override string ToString() => $"{Flaws.Count} flaws";
}

/// <summary>A <see cref="Rejection"/> on its way between silos.</summary>
[GenerateSerializer, Immutable]
[Alias("finops.budget-flaw.v1")]
public sealed record BudgetFlaw([property: Id(0)] string Code, [property: Id(1)] string Field, [property: Id(2)] string Message);

/// <summary>An address and a turn; what is decided and written is in the functions it calls.</summary>
internal sealed class BudgetGrain(
    NpgsqlDataSource database, IDocumentStore store, WriteBudget write, EvaluateBudgets evaluate, DeliveryRequests deliveries,
    TimeProvider clock, ILogger<BudgetGrain> log) : Grain, IBudgetGrain
{
    private OpenBudgets? open;

    private string Tenant => this.GetPrimaryKeyString();

    public async Task<BudgetAnswer> WriteAsync(BudgetOrder order)
    {
        open = null;
        try
        {
            var command = order.ToCommand(clock.GetUtcNow());
            var written = await AgainWhenStaleAsync(() =>
                write.RunAsync(new BudgetId(order.Id), command, order.WebhookSecret, order.Webhook, order.Channels, CancellationToken.None));
            foreach (var alert in written.Alerts) Deliver(alert);
            return new BudgetAnswer(written.Secret, []);
        }
        catch (RejectedException refused)
        {
            return new BudgetAnswer(null, refused.Rejections.Select(r => new BudgetFlaw(r.Code, r.Field, r.Message)).ToList());
        }
    }

    public Task EvaluateAsync(int[]? days) => EvaluateAsync(days, new Evaluation(MayTakeBack: false, WithForecast: false));

    public Task ReviewAsync(int[]? days) => EvaluateAsync(days, new Evaluation(MayTakeBack: true, WithForecast: false));

    private Task<bool> EvaluateAsync(int[]? days, Evaluation evaluation) => AgainWhenStaleAsync(async () =>
    {
        open ??= await OpenBudgets.LoadAsync(database, store, Tenant, CancellationToken.None);
        if (open.Ids.Count == 0) return true;
        var touched = days ?? await TouchedDays.ReadAsync(database, Tenant, since: null, CancellationToken.None);
        await evaluate.RunAsync(open, touched, evaluation, Deliver, CancellationToken.None);
        return true;
    });

    public async Task CatchUpAsync()
    {
        // Another silo may have written in our name; the sweep's turn is when an old cache heals.
        open = null;
        // Read before the spend: what comes in between is evaluated again next time rather than never.
        var mark = await BudgetWatch.ReadAsync(database, Tenant, clock.GetUtcNow(), CancellationToken.None);
        await EvaluateAsync(await mark.DaysToEvaluateAsync(database, CancellationToken.None), new Evaluation(mark.MayHaveTakenBack, WithForecast: true, mark.Last?.ReadAt));
        await mark.SaveAsync(database, CancellationToken.None);
    }

    private void Deliver(string alert)
    {
        deliveries.Deliver(alert);
        log.LogInformation("Alert {AlertId} raised for {Tenant}", alert, Tenant);
    }

    private async Task<T> AgainWhenStaleAsync<T>(Func<Task<T>> turn)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await turn();
            }
            catch (StaleBudgetException stale) when (attempt < Hosting.Limits.BudgetTurns)
            {
                open = null;
                log.LogInformation("{Reason} Deciding again.", stale.Message);
            }
            catch
            {
                open = null;
                throw;
            }
        }
    }
}
