using FinOps.Domain.Budgets;
using FinOps.Domain.Values;
using FinOps.Platform.Alerts;

namespace FinOps.Platform.Budgets;

/// <summary>What is to be done with a budget.</summary>
public enum BudgetVerb
{
    Create,
    Change,
    Close,
}

/// <summary>An order to the budget grain, as it was written. Of a change, what is null stays as it is.</summary>
[GenerateSerializer, Immutable]
[Alias("finops.budget-order.v1")]
public sealed record BudgetOrder
{
    [Id(0)] public required BudgetVerb Verb { get; init; }

    [Id(1)] public required string Id { get; init; }

    [Id(2)] public required string? Tenant { get; init; }

    [Id(3)] public required string By { get; init; }

    [Id(4)] public decimal? Amount { get; init; }

    [Id(5)] public string? Currency { get; init; }

    [Id(6)] public DateTimeOffset? PeriodStart { get; init; }

    [Id(7)] public DateTimeOffset? PeriodEnd { get; init; }

    [Id(8)] public string? TimeZone { get; init; }

    [Id(9)] public decimal[]? Thresholds { get; init; }

    [Id(10)] public string? WebhookUrl { get; init; }

    [Id(11)] public string? WebhookSecret { get; init; }

    /// <summary>Why the egress guard would not call the webhook; the rules name it together with all other flaws.</summary>
    [Id(12)] public string? WebhookRefusal { get; init; }

    [Id(13)] public bool RemoveWebhook { get; init; }

    [Id(14)] public bool? DeliverBackfilled { get; init; }

    [Id(15)] public BudgetMeasure? Measure { get; init; }

    [Id(16)] public BudgetKind? Kind { get; init; }

    [Id(17)] public BudgetPeriodKind? PeriodKind { get; init; }

    [Id(18)] public int? PeriodDays { get; init; }

    [Id(19)] public bool Prorate { get; init; }

    [Id(20)] public string[]? Models { get; init; }

    [Id(21)] public string[]? Fleets { get; init; }

    /// <summary>Key after value after key.</summary>
    [Id(22)] public string[]? Tags { get; init; }

    [Id(23)] public decimal[]? ThresholdAmounts { get; init; }

    [Id(24)] public decimal[]? ForecastThresholds { get; init; }

    [Id(25)] public decimal? RolloverPercent { get; init; }

    [Id(26)] public decimal? RaiseBy { get; init; }

    [Id(27)] public DateTimeOffset? RaiseUntil { get; init; }

    [Id(28)] public bool RemoveRaise { get; init; }

    /// <summary>Of a changed amount: for periods that start at or after it; null is at once.</summary>
    [Id(29)] public DateTimeOffset? EffectiveFrom { get; init; }

    [Id(30)] public decimal[]? DriftThresholds { get; init; }

    /// <summary>0 is never.</summary>
    [Id(31)] public int? NoDataAfterHours { get; init; }

    [Id(42)] public AnomalySensitivity? Anomaly { get; init; }

    [Id(43)] public bool RemoveAnomaly { get; init; }

    [Id(41)] public decimal[]? TargetThresholds { get; init; }

    /// <summary>0 is never.</summary>
    [Id(40)] public int? RenotifyHours { get; init; }

    /// <summary>Of a HARD one; null is CLOSED, of a change as it is.</summary>
    [Id(49)] public WhenAway? WhenAway { get; init; }

    /// <summary>Null leaves the budget's channels as they are.</summary>
    [Id(50)] public AlertChannelOrder[]? Channels { get; init; }

    /// <summary>What is wrong with the channels, found where their classes are; the rules name it together with all other flaws.</summary>
    [Id(51)] public BudgetFlaw[]? ChannelFlaws { get; init; }

    /// <summary>When the webhook sends; null leaves it as it is.</summary>
    [Id(52)] public AlertChannelOrder? Webhook { get; init; }

    // A record prints its members; the secret must not end in a log that way.
    public override string ToString() => $"{Verb} budget {Id} of {Tenant} by {By}";

    /// <summary>The decider's command.</summary>
    /// <exception cref="RejectedException">Names every flaw at once.</exception>
    internal BudgetCommand ToCommand(DateTimeOffset now) => Verb switch
    {
        BudgetVerb.Create => Create(Read(Draft(), now), now),
        BudgetVerb.Change =>
            new ChangeBudget(new BudgetId(Id), terms => Read(DraftOver(terms), now) with { Period = terms.Period }, now, By),
        BudgetVerb.Close => new CloseBudget(new BudgetId(Id), now, By),
        _ => throw new System.Diagnostics.UnreachableException(Verb.ToString()),
    };

    /// <summary>What is wrong with a budget to be created.</summary>
    internal IReadOnlyList<Rejection> Flaws(DateTimeOffset now) => Flaws(Draft(), now, out _);

    // After reading, so that a bad id is named among the other flaws.
    private CreateBudget Create(BudgetTerms terms, DateTimeOffset now) => new(new BudgetId(Id), terms, now, By, SaysStart: PeriodStart is not null);

    private BudgetTerms Read(BudgetDraft draft, DateTimeOffset now) =>
        Flaws(draft, now, out var terms) is { Count: > 0 } flaws ? throw new RejectedException(flaws) : terms!;

    private List<Rejection> Flaws(BudgetDraft draft, DateTimeOffset now, out BudgetTerms? terms)
    {
        var flaws = BudgetRules.Read(draft, Id, BudgetCalendar.DateHolding, now, out terms).ToList();
        if (WebhookRefusal is not null) flaws.Add(new Rejection("webhook_url_not_allowed", "webhook.url", WebhookRefusal));
        if (Budgets.WebhookSecret.Flaw(WebhookSecret) is { } secretFlaw) flaws.Add(secretFlaw);
        if ((WebhookSecret is not null || Webhook?.Every is not null) && draft.WebhookUrl is null)
            flaws.Add(new Rejection("webhook_url_missing", "webhook.url", "A secret and a digest are of what goes to a URL; name it."));
        flaws.AddRange((ChannelFlaws ?? []).Select(f => new Rejection(f.Code, f.Field, f.Message)));
        return flaws;
    }

    private BudgetDraft Draft() => new()
    {
        Tenant = Tenant,
        Measure = Measure ?? BudgetMeasure.Charge,
        Amount = Amount,
        Currency = Currency,
        Period = new PeriodDraft
        {
            Kind = PeriodKind,
            Start = PeriodStart,
            End = PeriodEnd,
            TimeZone = TimeZone,
            Days = PeriodDays,
            Prorate = Prorate,
        },
        Models = Models ?? [],
        Fleets = Fleets ?? [],
        Tags = [.. (Tags ?? []).Chunk(2).Select(t => (t[0], t[1]))],
        Kind = Kind ?? BudgetKind.Advisory,
        WhenAway = WhenAway,
        Thresholds = Thresholds,
        ThresholdAmounts = ThresholdAmounts,
        ForecastThresholds = ForecastThresholds,
        DriftThresholds = DriftThresholds,
        NoDataAfterHours = NoDataAfterHours,
        RenotifyHours = RenotifyHours,
        TargetThresholds = TargetThresholds,
        Anomaly = Anomaly,
        RolloverPercent = RolloverPercent,
        Raise = RaiseOver(null),
        WebhookUrl = WebhookUrl,
        DeliverBackfilled = DeliverBackfilled ?? false,
    };

    private BudgetDraft DraftOver(BudgetTerms terms) => new()
    {
        Tenant = terms.Tenant.Value,
        Measure = terms.Measure,
        Amount = EffectiveFrom is null ? Amount ?? terms.Amount.Amount : terms.Amount.Amount,
        Currency = terms.Amount.Currency.Code,
        Models = terms.Scope.Models,
        Fleets = terms.Scope.Fleets,
        Tags = terms.Scope.Tags,
        Kind = Kind ?? terms.Kind,
        // What a hard one chose ends with its being one.
        WhenAway = WhenAway ?? ((Kind ?? terms.Kind) == BudgetKind.Hard ? terms.WhenAway : null),
        Thresholds = Thresholds ?? [.. terms.Thresholds.Values],
        ThresholdAmounts = ThresholdAmounts ?? [.. terms.ThresholdAmounts.Values],
        ForecastThresholds = ForecastThresholds ?? [.. terms.ForecastThresholds.Values],
        DriftThresholds = DriftThresholds ?? [.. terms.DriftThresholds.Values],
        NoDataAfterHours = NoDataAfterHours ?? terms.NoDataAfterHours,
        RenotifyHours = RenotifyHours ?? terms.RenotifyHours,
        TargetThresholds = TargetThresholds ?? [.. terms.TargetThresholds.Values],
        Anomaly = RemoveAnomaly ? null : Anomaly ?? terms.Anomaly,
        RolloverPercent = RolloverPercent ?? terms.RolloverPercent,
        Raise = RaiseOver(terms.Raise),
        // What is said without a date holds from now on, whatever was said for later.
        Changes = (EffectiveFrom, Amount) switch
        {
            ({ } from, { } amount) => terms.Changes.With(new AmountFrom(from, amount)),
            (null, not null) => AmountChanges.None,
            _ => terms.Changes,
        },
        WebhookUrl = RemoveWebhook ? null : WebhookUrl ?? terms.WebhookUrl?.AbsoluteUri,
        DeliverBackfilled = DeliverBackfilled ?? terms.DeliverBackfilled,
    };

    private TemporaryRaise? RaiseOver(TemporaryRaise? present) => RaiseBy is null && RaiseUntil is null
        ? RemoveRaise ? null : present
        : new TemporaryRaise(RaiseBy ?? 0, RaiseUntil ?? DateTimeOffset.MinValue);
}
