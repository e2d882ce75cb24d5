using FinOps.Domain.Values;

namespace FinOps.Domain.Budgets;

/// <summary>Makes terms of a draft, or names every flaw of it at once, each with its field.</summary>
public static class BudgetRules
{
    /// <summary>With its and the thresholds' decimals, amount × percent has 26 digits: exact.</summary>
    public const decimal MaxAmount = 1_000_000_000_000m;

    public const int MaxDecimals = 8;

    public const int MaxUrlLength = 2_048;

    /// <summary>A month of silence; who waits longer is not waiting.</summary>
    public const int MaxSilentHours = 744;

    /// <summary>Spend at or above it has crossed. Exact.</summary>
    public static decimal Limit(decimal amount, decimal percent) => amount * percent / 100m;

    /// <param name="draft">What was written.</param>
    /// <param name="id">The budget's id.</param>
    /// <param name="dateHolding">Knows the zones.</param>
    /// <param name="now">A monthly budget starts with the month that holds it, unless the draft says another.</param>
    /// <param name="terms">Set when there is no flaw.</param>
    public static IReadOnlyList<Rejection> Read(
        BudgetDraft draft, string? id, DateHolding dateHolding, DateTimeOffset now, out BudgetTerms? terms)
    {
        var flaws = new List<Rejection>();
        if (BudgetId.Flaw(id) is { } idFlaw) flaws.Add(new Rejection("budget_id_invalid", "id", $"The id {idFlaw}."));
        if (Name.Flaw(draft.Tenant) is { } tenantFlaw) flaws.Add(new Rejection("tenant_invalid", "tenant", $"The tenant {tenantFlaw}."));
        AmountFlaws(draft, flaws);
        flaws.AddRange(HardRules.Flaws(draft));
        var currency = ReadCurrency(draft, flaws);
        var thresholds = ReadThresholds(draft, flaws);
        var scope = ScopeRules.Read(draft, flaws);
        AllowanceFlaws(draft, now, flaws);
        ShareRules.Flaws(draft, flaws);
        if (draft.Anomaly is not null && draft.Measure.IsRatio())
            flaws.Add(new Rejection("anomaly_of_quotient", "anomaly", $"{draft.Measure} is a quotient; its days do not add up, so use drift thresholds."));
        if (Reminders.Flaw(draft.RenotifyHours) is { } renotifyFlaw) flaws.Add(renotifyFlaw);
        var period = PeriodRules.Read(draft.Period, dateHolding, now, flaws);
        var url = ReadUrl(draft.WebhookUrl, flaws);
        terms = flaws.Count > 0
            ? null
            : new BudgetTerms(
                new TenantId(draft.Tenant!), draft.Measure, new Money(draft.Amount!.Value, currency!.Value), period!, thresholds!.Value.Percents,
                url, draft.DeliverBackfilled)
            {
                Scope = scope!,
                Kind = draft.Kind,
                WhenAway = draft.WhenAway ?? WhenAway.Closed,
                ThresholdAmounts = thresholds.Value.Amounts,
                ForecastThresholds = thresholds.Value.Forecasts,
                DriftThresholds = thresholds.Value.Drifts,
                TargetThresholds = thresholds.Value.Targets,
                Anomaly = draft.Anomaly,
                NoDataAfterHours = draft.NoDataAfterHours is 0 ? null : draft.NoDataAfterHours,
                RenotifyHours = draft.RenotifyHours is 0 ? null : draft.RenotifyHours,
                RolloverPercent = draft.RolloverPercent ?? 0,
                Raise = draft.Raise,
                Changes = draft.Changes,
            };
        return flaws;
    }

    /// <summary>ISO's code for no currency at all: that of tokens and calls.</summary>
    public const string NoCurrency = "XXX";

    private static Currency? ReadCurrency(BudgetDraft draft, List<Rejection> flaws)
    {
        if (!draft.Measure.IsMoney())
        {
            if (draft.Currency is null or NoCurrency) return new Currency(NoCurrency);
            flaws.Add(new Rejection("currency_unwanted", "currency", $"{draft.Measure} has no currency; leave it out."));
            return null;
        }

        if (Iso4217.IsCode(draft.Currency)) return new Currency(draft.Currency!);
        flaws.Add(new Rejection("currency_unknown", "currency", $"'{draft.Currency}' is not an ISO 4217 code such as USD."));
        return null;
    }

    private static (Thresholds Percents, Thresholds Amounts, Thresholds Forecasts, Thresholds Drifts, Thresholds Targets)? ReadThresholds(BudgetDraft draft, List<Rejection> flaws)
    {
        var others = draft.ThresholdAmounts is { Count: > 0 } || draft.ForecastThresholds is { Count: > 0 }
            || draft.DriftThresholds is { Count: > 0 } || draft.TargetThresholds is { Count: > 0 } || draft.Anomaly is not null || draft.NoDataAfterHours > 0;
        var (percents, percentFlaws) = draft.Thresholds switch
        {
            null => (others ? Thresholds.None : Thresholds.Usual, []),
            { Count: 0 } when others => (Thresholds.None, []),
            { } given => Thresholds.Read(given),
        };
        var (amounts, amountFlaws) = Thresholds.ReadAmounts(draft.ThresholdAmounts, "thresholdAmounts");
        var (forecasts, forecastFlaws) = draft.ForecastThresholds is { Count: > 0 } foreseen
            ? Thresholds.Read(foreseen, "forecastThresholds")
            : (Thresholds.None, []);
        var (drifts, driftFlaws) = draft.DriftThresholds is { Count: > 0 } drifting
            ? Thresholds.Read(drifting, "driftThresholds")
            : (Thresholds.None, []);
        var (targets, targetFlaws) = draft.TargetThresholds is { Count: > 0 } aimed ? Thresholds.Read(aimed, "targetThresholds") : (Thresholds.None, []);
        flaws.AddRange([.. percentFlaws, .. amountFlaws, .. forecastFlaws, .. driftFlaws, .. targetFlaws]);
        if (targets is { IsNone: false } && !draft.Measure.IsOnCost())
            flaws.Add(new Rejection("target_without_cost", "targetThresholds", "Only a budget on COST or COST_PER_MILLION_TOKENS sees unit costs and their targets."));
        if (drifts is { IsNone: false } && !draft.Measure.IsOnCost())
            flaws.Add(new Rejection("drift_without_cost", "driftThresholds", "Only a budget on COST or COST_PER_MILLION_TOKENS sees unit costs."));
        if (draft.NoDataAfterHours is < 0 or > MaxSilentHours)
            flaws.Add(new Rejection("no_data_out_of_range", "noDataAfterHours", $"Silence is 1 to {MaxSilentHours} hours; 0 is never."));
        if (forecasts is { IsNone: false } && draft.Measure.IsRatio())
            flaws.Add(new Rejection("forecast_of_quotient", "forecastThresholds", $"{draft.Measure} is a quotient and is not foreseen."));
        return percents is null || amounts is null || forecasts is null || drifts is null || targets is null ? null : (percents, amounts, forecasts, drifts, targets);
    }

    private static void AllowanceFlaws(BudgetDraft draft, DateTimeOffset now, List<Rejection> flaws)
    {
        if (draft.RolloverPercent is { } percent && (percent is < 0 or > 100 || decimal.Round(percent, Thresholds.MaxDecimals) != percent))
            flaws.Add(new Rejection("rollover_out_of_range", "rolloverPercent", "A rollover is 0 to 100 percent, with at most 2 decimals."));
        if (draft.RolloverPercent > 0 && (draft.Measure.IsRatio() || draft.Period.Kind is BudgetPeriodKind.Rolling or BudgetPeriodKind.Custom || draft.Period.End is not null))
            flaws.Add(new Rejection("rollover_without_next", "rolloverPercent", "Only a sum over periods that come again leaves something for the next one."));
        if (draft.Raise is { } raise)
        {
            if (raise.By is <= 0 or > MaxAmount || decimal.Round(raise.By, MaxDecimals) != raise.By)
                flaws.Add(new Rejection("raise_out_of_range", "raise.by", $"A raise lies above 0, is at most {MaxAmount:0} and has at most {MaxDecimals} decimals."));
            if (raise.Until <= now) flaws.Add(new Rejection("raise_over", "raise.until", "A raise ends in the future; it is temporary."));
        }

        if (draft.Changes.Any(c => c.Amount is <= 0 or > MaxAmount || decimal.Round(c.Amount, MaxDecimals) != c.Amount))
            flaws.Add(new Rejection("amount_out_of_range", "amount", "An amount lies above zero."));
        if (draft.Changes.Count > AmountChanges.MaxCount)
            flaws.Add(new Rejection("amount_changes_too_many", "effectiveFrom", $"A budget has at most {AmountChanges.MaxCount} dated amounts."));
    }

    private static void AmountFlaws(BudgetDraft draft, List<Rejection> flaws)
    {
        switch (draft.Amount)
        {
            case null:
                flaws.Add(new Rejection("amount_missing", "amount", "Name the amount."));
                break;
            case <= 0:
                flaws.Add(new Rejection("amount_not_positive", "amount", "The amount lies above zero."));
                break;
            case > MaxAmount:
                flaws.Add(new Rejection("amount_too_large", "amount", $"The amount is at most {MaxAmount:0}."));
                break;
            case { } amount when decimal.Round(amount, MaxDecimals) != amount:
                flaws.Add(new Rejection("amount_too_fine", "amount", $"The amount has at most {MaxDecimals} decimals."));
                break;
        }
    }

    private static Uri? ReadUrl(string? text, List<Rejection> flaws)
    {
        if (text is null) return null;
        var flaw = text.Length > MaxUrlLength ? $"is longer than {MaxUrlLength} characters"
            : !Uri.TryCreate(text, UriKind.Absolute, out var url) ? "is not an absolute URL"
            : url.Scheme is not ("http" or "https") ? "is neither http nor https"
            : url.Host.Length == 0 ? "names no host"
            : url.UserInfo.Length > 0 ? "holds user information"
            : null;
        if (flaw is null) return new Uri(text, UriKind.Absolute);
        flaws.Add(new Rejection("webhook_url_invalid", "webhook.url", $"The webhook's URL {flaw}."));
        return null;
    }
}
