using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Alerts;
using FinOps.Platform.Pricing;
using GraphQL;

namespace FinOps.Platform.Budgets;

/// <summary>A limit on a tenant's charge over a period, with the thresholds at which it alerts.</summary>
[Name("Budget")]
public sealed class BudgetView(BudgetId id, BudgetTerms terms, bool isClosed, string? webhookSecret = null)
{
    private Task<TenantCharge>? charge;

    public string Id => id.Value;

    public string Tenant => terms.Tenant.Value;

    public BudgetMeasure Measure => terms.Measure;

    public decimal Amount => terms.Amount.Amount;

    public string Currency => terms.Amount.Currency.Code;

    public IEnumerable<decimal> Thresholds => terms.Thresholds.Percents;

    public bool DeliverBackfilled => terms.DeliverBackfilled;

    public bool Closed => isClosed;

    /// <summary>Where alerts are posted, beside the bus.</summary>
    public string? WebhookUrl => terms.WebhookUrl?.AbsoluteUri;

    /// <summary>Verifies the webhooks' signatures. Shown once: in the answer of the mutation that set it.</summary>
    public string? WebhookSecret => webhookSecret;

    /// <summary>The period that runs now, or the custom one.</summary>
    public BudgetPeriodView Period([FromServices] TimeProvider clock)
    {
        var window = Window(clock);
        return new BudgetPeriodView(window.From, window.To, terms.Period.TimeZone);
    }

    /// <summary>What the books say for the period, in the budget's currency.</summary>
    public async Task<decimal> Spend(
        [FromServices] TenantCharges charges, [FromServices] TimeProvider clock, CancellationToken cancellation) =>
        (await ChargeAsync(charges, clock, cancellation)).Charge.Amount;

    /// <summary>Tokens of the period that no rate card priced in the budget's currency: not in the spend, and not zero either.</summary>
    public async Task<long> UnpricedTokens(
        [FromServices] TenantCharges charges, [FromServices] TimeProvider clock, CancellationToken cancellation) =>
        (await ChargeAsync(charges, clock, cancellation)).UnpricedTokens;

    /// <summary>Where alerts go beside the bus: the webhook and what the budget names.</summary>
    public async Task<IEnumerable<AlertChannelView>> Channels(
        [FromServices] AlertDestinations destinations, CancellationToken cancellation) => await destinations.ListAsync(id.Value, cancellation);

    /// <summary>When alerts wait.</summary>
    public Task<QuietHoursView?> QuietHours([FromServices] QuietHoursStore quietHours, CancellationToken cancellation) =>
        quietHours.ViewAsync(id.Value, cancellation);

    internal static BudgetView Of(Budget budget, string? webhookSecret = null) => budget switch
    {
        Budget.Open open => new BudgetView(open.Id, open.Terms, isClosed: false, webhookSecret),
        Budget.Closed closed => new BudgetView(closed.Id, closed.Terms, isClosed: true),
        _ => throw new InvalidOperationException("A listed budget has no stream."),
    };

    private Task<TenantCharge> ChargeAsync(TenantCharges charges, TimeProvider clock, CancellationToken cancellation) =>
        charge ??= charges.ChargeAsync(terms.Tenant, Window(clock), terms.Amount.Currency, cancellation);

    private Window Window(TimeProvider clock) => BudgetCalendar.Current(terms.Period, clock.GetUtcNow());
}

/// <summary>Start inclusive, end exclusive.</summary>
[Name("BudgetPeriod")]
public sealed record BudgetPeriodView(DateTimeOffset Start, DateTimeOffset End, string TimeZone);
